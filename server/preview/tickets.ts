import { randomBytes } from 'node:crypto'
import { SandboxError } from '@/lib/errors'
import type { RequestContext } from '../request-context'
import type { Passes } from './pass'

/** Long enough for a frame to load on a busy machine, too short to be of use in a history. */
const TICKET_MS = 60_000
/** Asked for and never used; the oldest go first. */
const MAX_TICKETS = 10_000

export const ENTER_PATH = '/~sandlot/enter'

interface Ticket {
  sandboxId: string
  port: number
  frameOrigin: string
  expiresAtMs: number
}

export interface PreviewTicketsOptions {
  passes: Passes
  /** Scheme, domain and port under which each preview has a host, where one is set. */
  sandboxDomain: { isSecure: boolean; host: string } | null
}

/** Ways into a private preview: one entry within a minute, on the preview's own host. */
export class PreviewTickets {
  readonly #options: PreviewTicketsOptions
  readonly #tickets = new Map<string, Ticket>()

  constructor(options: PreviewTicketsOptions) {
    this.#options = options
  }

  /** `context` is that of the request for it: the workbench's own address decides where the preview is. */
  create(sandboxId: string, port: number, context: RequestContext): { url: string; origin: string } {
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new SandboxError('bad_request', 'A port is a whole number from 1 to 65535.')
    const origin = this.#previewOrigin(sandboxId, port, context)
    if (origin === null) return this.#inPath(sandboxId, port, context)
    const ticket = randomBytes(24).toString('base64url')
    this.#sweep()
    this.#tickets.set(ticket, {
      sandboxId,
      port,
      frameOrigin: context.origin,
      expiresAtMs: Date.now() + TICKET_MS,
    })
    return { url: `${origin}${ENTER_PATH}?ticket=${ticket}&to=%2F`, origin }
  }

  /** Uses it up. Null where it is not one for this port, or no longer. */
  consume(ticket: string, sandboxId: string, port: number): { frameOrigin: string } | null {
    const found = this.#tickets.get(ticket)
    if (found === undefined || found.sandboxId !== sandboxId || found.port !== port) return null
    this.#tickets.delete(ticket)
    return found.expiresAtMs > Date.now() ? { frameOrigin: found.frameOrigin } : null
  }

  /** Null where browsers would not find a host of its own for it. */
  #previewOrigin(sandboxId: string, port: number, context: RequestContext): string | null {
    const label = `${sandboxId}-${port}`
    const { protocol, hostname, host, port: ownPort } = new URL(context.origin)
    if (context.base === '' && host.startsWith(`${sandboxId}.`))
      return `${protocol}//${label}.${host.slice(sandboxId.length + 1)}`
    const domain = this.#options.sandboxDomain
    if (domain !== null) return `${domain.isSecure ? 'https' : 'http'}://${label}.${domain.host}`
    if (!isThisMachine(hostname)) return null
    return `http://${label}.localhost${ownPort === '' ? '' : `:${ownPort}`}`
  }

  #inPath(sandboxId: string, port: number, context: RequestContext): { url: string; origin: string } {
    const pass = this.#options.passes.sign({ sandboxId, port, frameOrigin: context.origin, form: 'path' })
    const url = `${context.origin}/sandboxes/${sandboxId}/ports/${port}/~${pass}/`
    return { url, origin: url }
  }

  #sweep(): void {
    const now = Date.now()
    for (const [ticket, { expiresAtMs }] of this.#tickets) {
      if (expiresAtMs > now && this.#tickets.size < MAX_TICKETS) return
      this.#tickets.delete(ticket)
    }
  }
}

function isThisMachine(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    /^127\./.test(hostname) ||
    hostname.endsWith('.localhost')
  )
}
