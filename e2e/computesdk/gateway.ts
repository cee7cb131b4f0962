import type { RunningServer } from '../running-server'

/** What a sandbox is reached by, without the client. */
export interface Box {
  sandboxId: string
  /** Path form. */
  url: string
  token: string
}

/** Sandlot's root API by hand, for what a test needs before or beside the client. */
export interface Gateway {
  url: string
  key: string
  create: (body?: object) => Promise<Box>
  delete: (sandboxId: string) => Promise<void>
}

export async function openGateway(server: RunningServer): Promise<Gateway> {
  const key = await server.apiKey()
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { 'x-computesdk-api-key': key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as { success: boolean; data: Box; error?: string }
    if (!answer.success) throw new Error(`${method} ${path}: ${response.status} ${answer.error}`)
    return answer.data
  }
  return {
    url: server.url,
    key,
    create: (body = {}) => call('POST', '/v1/sandboxes', body),
    delete: async (id) => void (await call('DELETE', `/v1/sandboxes/${id}`)),
  }
}
