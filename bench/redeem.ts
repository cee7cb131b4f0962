import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { BrowserContext } from '@playwright/test'

/**
 * The cookie alone, by the POST that a click on the dashboard makes. Not by the browser: it would follow to the workbench,
 * and have half of it in its cache when the measurement begins.
 */
export async function redeem(context: BrowserContext, magicUrl: string): Promise<void> {
  const url = new URL(magicUrl)
  // Node does not resolve `*.localhost` everywhere.
  const sent = request({
    method: 'POST',
    host: '127.0.0.1',
    port: url.port,
    path: url.pathname + url.search,
    headers: { host: url.host, accept: 'text/html' },
  }).end()
  const [response]: IncomingMessage[] = await once(sent, 'response')
  response?.resume()
  const cookies = response?.headers['set-cookie']?.map((line) => line.slice(0, line.indexOf(';'))) ?? []
  if (cookies.length === 0)
    throw new Error(`the magic link set no cookie, it answered ${response?.statusCode}`)
  await context.addCookies(
    cookies.map((cookie) => {
      const at = cookie.indexOf('=')
      return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url: url.origin }
    }),
  )
}
