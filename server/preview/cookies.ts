import type { RequestContext } from '../request-context'
import { PASS_SECONDS } from './pass'

/** Ours, by whatever name the app, a sandbox or a preview has them: no previewed program ever sees or sets one. */
const OURS = /^(__host-|__secure-)?(sandlot[_-]|next-auth\.)/i

function previewCookieName(context: RequestContext): string {
  // Browsers take the prefix over TLS only.
  return context.isSecure ? '__Host-sandlot_preview' : 'sandlot_preview'
}

/**
 * A preview in a frame is another site than the workbench around it, and there browsers keep partitioned cookies only. Those
 * must be Secure, which on plain http `*.localhost` alone may be.
 */
export function previewCookie(pass: string, context: RequestContext): string {
  const attributes = canBeFramed(context) ? 'Secure; SameSite=None; Partitioned' : 'SameSite=Lax'
  return `${previewCookieName(context)}=${pass}; Path=/; Max-Age=${PASS_SECONDS}; HttpOnly; ${attributes}`
}

export function readPreviewCookies(header: string | undefined, context: RequestContext): string[] {
  const name = previewCookieName(context)
  return pairsOf(header)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
    .slice(0, 4)
}

/** The program's own cookies; undefined where nothing is left. */
export function withoutOurCookies(header: string | undefined): string | undefined {
  const rest = pairsOf(header).filter((pair) => !OURS.test(pair))
  return rest.length === 0 ? undefined : rest.join('; ')
}

/** A program's Set-Cookie as it may leave: for its own host alone, and so that it works in a frame. Null: not at all. */
export function rewriteSetCookie(cookie: string, context: RequestContext): string | null {
  const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim())
  if (OURS.test(pair)) return null
  const isFramed = canBeFramed(context)
  const dropped = isFramed ? /^(domain|samesite|secure|partitioned)\b/i : /^domain\b/i
  const kept = attributes.filter((attribute) => attribute !== '' && !dropped.test(attribute))
  return [pair, ...kept, ...(isFramed ? ['Secure', 'SameSite=None', 'Partitioned'] : [])].join('; ')
}

function canBeFramed(context: RequestContext): boolean {
  return context.isSecure || new URL(context.origin).hostname.endsWith('.localhost')
}

function pairsOf(header: string | undefined): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
}
