import { ROOT_API, SANDBOX_API } from '@/lib/protocol/api'
import type { Endpoint } from '@/lib/protocol/api/endpoint'
import type { Box, Gateway } from './gateway'

/** An endpoint of the catalogue at a real address, with the credential that opens it. */
export interface Target {
  name: string
  endpoint: Endpoint
  url: string
  credential: string
}

export function targetsOf(gateway: Gateway, box: Box): Target[] {
  return [
    ...ROOT_API.map((endpoint) => targetOf(endpoint, gateway.url, gateway.key)),
    ...SANDBOX_API.map((endpoint) => targetOf(endpoint, box.url, box.token)),
  ]
}

function targetOf(endpoint: Endpoint, base: string, credential: string): Target {
  const path = concretePath(endpoint.path)
  return { name: `${endpoint.method} ${endpoint.path}`, endpoint, url: base + path, credential }
}

/** Names that exist nowhere: where a body is bad, that is said, or that there is no such thing. */
export function concretePath(path: string): string {
  return path
    .replace(':port', '4321')
    .replace(':pid', '999999')
    .replace(':type', 'open')
    .replace(/:\w+|\*$/g, 'none1')
}

/** Whether a documented address takes this path. */
export function takes(endpoint: Endpoint, path: string): boolean {
  const pattern = endpoint.path.replace(/:\w+/g, '[^/]+').replace(/\*$/, '.*')
  return new RegExp(`^${pattern}$`).test(path)
}

/** No answer in this time is a hang: the longest honest one is a headers-first answer after 20 s. */
const HANG_MS = 30_000

/** `from`: the address that a proxy on this machine says it asks for. */
export async function ask(
  url: string,
  method: string,
  options: {
    credential?: string
    body?: string | Uint8Array<ArrayBuffer>
    type?: string
    from?: string
  } = {},
): Promise<{ status: number; text: string }> {
  const { credential, body, type = 'application/json', from } = options
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(HANG_MS),
    headers: {
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, text: await response.text() }
}
