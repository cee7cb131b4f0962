import { SandboxError, toSandboxError } from '@/lib/errors'
import { ChannelSocket } from '../channel-socket'
import { createHttp, type Http, socketUrl } from '../http'
import { openSocketWith, type WebSocketClass } from '../open-socket'
import type { OpenSocket } from '../reconnecting-socket'
import { SandboxClient } from '../sandbox-client'

export type SandboxOptions = {
  /** Base of the sandbox's own API: the `url` of a sandbox. */
  sandboxUrl: string
  /** Access token, session token or API key. Without one a browser's cookie speaks. */
  token?: string
  /** Read from `sandboxUrl` where it is not told. */
  sandboxId?: string
  /** For Node before 22, which has no WebSocket of its own. */
  WebSocket?: WebSocketClass
  fetch?: typeof fetch
}

/** All that the parts of a Sandbox reach it by. */
export type Connection = {
  readonly http: Http
  readonly api: SandboxClient
  readonly channels: ChannelSocket
  readonly openSocket: OpenSocket
}

/** What no second attempt mends. */
const FINAL = new Set(['unauthorized', 'forbidden', 'not_found', 'sandbox_not_found', 'sandbox_stopped'])

export function connectionTo({ sandboxUrl, token, fetch, WebSocket }: SandboxOptions): Connection {
  const baseUrl = sandboxUrl.replace(/\/$/, '')
  const options = { baseUrl, ...(token === undefined ? {} : { token }), ...(fetch ? { fetch } : {}) }
  const http = createHttp(options)
  const api = new SandboxClient(options)
  const openSocket = openSocketWith(WebSocket)
  const channels = new ChannelSocket({
    url: () => socketUrl(baseUrl, '/ws', { protocol: 'json' }, token),
    whyGone: () => whyGone(api),
    openSocket,
  })
  return { http, api, channels, openSocket }
}

async function whyGone(api: SandboxClient): Promise<SandboxError | null> {
  try {
    const { status, status_reason: reason } = await api.info()
    if (status === 'running' || status === 'starting') return null
    return new SandboxError('sandbox_stopped', reason ?? 'This sandbox does not run.')
  } catch (thrown) {
    const error = toSandboxError(thrown)
    return FINAL.has(error.code) ? error : null
  }
}
