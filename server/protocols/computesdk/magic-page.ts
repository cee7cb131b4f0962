import type { ServerResponse } from 'node:http'
import { escapeHtml, sendPage } from '../../page'

/** One button and nothing else: mail scanners follow links, and people press buttons. */
export function sendMagicPage(response: ServerResponse, sandboxName: string): void {
  const form = '<form method="post"><button type="submit" autofocus>Open the sandbox</button></form>'
  sendPage(response, 200, {
    title: `Open ${sandboxName}?`,
    body: `<p>This link lets one browser in, once.</p>${form}`,
  })
}

export function sendRefusalPage(response: ServerResponse, status: number, message: string): void {
  sendPage(response, status, { title: 'This link does not work', body: `<p>${escapeHtml(message)}</p>` })
}
