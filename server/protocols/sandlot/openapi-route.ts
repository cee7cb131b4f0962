import { openApi } from '@/lib/protocol/openapi'
import type { RequestRoute } from '../site'

/** The description of all of Sandlot's API, for everybody. It is made once, when it is first asked for. */
export function openApiRoute(version: string): RequestRoute<unknown> {
  let bytes: Buffer | undefined
  return {
    method: 'GET',
    pattern: '/openapi.json',
    handle({ response }) {
      bytes ??= Buffer.from(JSON.stringify(openApi(version)))
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
      })
      response.end(bytes)
    },
  }
}
