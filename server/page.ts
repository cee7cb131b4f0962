import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Page {
  title: string
  /** HTML; whatever came from outside in it has been through `escapeHtml`. */
  body: string
  /** Seconds until the browser asks again. */
  refreshSeconds?: number
  /** Who may show it in a frame; nobody where not told. */
  frameAncestors?: string
}

/** The few pages that the server itself speaks, without a script and without a file beside them. */
export function sendPage(res: ServerResponse, status: number, page: Page): void {
  const html = render(page)
  res.statusCode = status
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(html))
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Referrer-Policy', 'no-referrer')
  const ancestors = page.frameAncestors ?? "'none'"
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors ${ancestors}`,
  )
  res.end(res.req.method === 'HEAD' ? undefined : html)
}

/** Whether somebody looks at the answer: a browser that opens an address, in a tab or a frame. */
export function isNavigation(req: IncomingMessage): boolean {
  if (req.method !== 'GET') return false
  const mode = req.headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate'
  return (req.headers.accept ?? '').startsWith('text/html')
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

function render({ title, body, refreshSeconds }: Page): string {
  const refresh =
    refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>${refresh}<style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText }
main { max-width: 34rem; padding: 2rem }
h1 { font-size: 1.25rem; font-weight: 600; margin: 0 0 .5rem }
p { margin: .5rem 0; opacity: .8 }
code { font: .95em ui-monospace, monospace; padding: .1em .35em; border-radius: .3em; background: color-mix(in srgb, CanvasText 10%, Canvas) }
`
