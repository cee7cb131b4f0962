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
    `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors ${ancestors}`,
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
<body><main><span class="mark" aria-hidden="true">S</span><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`
}

/** The app's palette (app/tokens.css), as far as these pages need it: no file of the app is loaded here. */
const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --bg: #fbfaf8; --surface: #ffffff; --sunken: #f4f2ee; --line: #e6e2da; --text: #1e1c19; --text-2: #5d5850;
  --accent: #0b7a7c; --accent-hover: #09696b; --accent-ink: #ffffff }
@media (prefers-color-scheme: dark) { :root {
  --bg: #171614; --surface: #1d1c19; --sunken: #131211; --line: #2c2a26; --text: #ece8e1; --text-2: #b3ada2;
  --accent: #43c2bd; --accent-hover: #5bd0cb; --accent-ink: #0c1f1f } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; min-height: 100dvh; padding: 1rem; display: grid; place-items: center; background: var(--bg); color: var(--text) }
main { width: 100%; max-width: 30rem; padding: 2rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface) }
.mark { display: grid; place-items: center; width: 40px; height: 40px; margin-bottom: 1rem; border-radius: 10px; background: var(--accent); color: var(--accent-ink); font-size: 20px; font-weight: 700 }
h1 { font-size: 20px; line-height: 1.3; font-weight: 600; margin: 0 0 .5rem; overflow-wrap: anywhere }
p { margin: .5rem 0; color: var(--text-2) }
code { font: .95em ui-monospace, monospace; padding: .1em .35em; border-radius: .3em; background: var(--sunken) }
button { width: 100%; min-height: 44px; margin-top: 1rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--accent-ink); font: inherit; font-weight: 600; cursor: pointer }
button:hover { background: var(--accent-hover) }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
`
