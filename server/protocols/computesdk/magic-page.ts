import type { ServerResponse } from 'node:http'

/** One button and nothing else: mail scanners follow links, and people press buttons. */
export function sendMagicPage(response: ServerResponse): void {
  const form = '<form method="post"><button type="submit" autofocus>Open the sandbox</button></form>'
  sendPage(response, 200, 'Open this sandbox?', `<p>This link works once.</p>${form}`)
}

export function sendRefusalPage(response: ServerResponse, status: number, message: string): void {
  sendPage(response, status, 'This link does not work', `<p>${escapeHtml(message)}</p>`)
}

function sendPage(response: ServerResponse, status: number, title: string, body: string): void {
  const bytes = Buffer.from(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${title} – Sandlot</title><style>${STYLE}</style><main><h1>${title}</h1>${body}</main></html>`,
  )
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': bytes.length,
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    // The address is the secret.
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(bytes)
}

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center}
main{max-width:26rem;padding:2rem;text-align:center}h1{font-size:1.25rem}
button{font:inherit;padding:.6rem 1.4rem;border-radius:.5rem;border:1px solid;cursor:pointer}`

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
