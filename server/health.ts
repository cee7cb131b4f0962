import type { ServerResponse } from 'node:http'
import type { Site } from './http-server'

/** A check that takes longer has failed, whatever it says in the end. */
const CHECK_TIMEOUT_MS = 5_000

/** What must work before requests are of use: by name, rejecting where it does not. */
export type Checks = Record<string, () => Promise<unknown>>

/** Answers /healthz (this process lives) and /readyz (what it needs works) for everybody; the rest is the site's. */
export function withHealth(site: Site<'api'>, checks: Checks): Site<'api'> {
  return {
    async request(req, res, context, target) {
      if (context.path === '/healthz') sendJson(res, 200, { status: 'ok' })
      else if (context.path === '/readyz') await sendReadiness(res, checks)
      else await site.request(req, res, context, target)
    },
    upgrade: (req, socket, head, context, target) => site.upgrade(req, socket, head, context, target),
  }
}

async function sendReadiness(res: ServerResponse, checks: Checks): Promise<void> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, (await works(check)) ? 'ok' : 'failed']),
  )
  const isReady = results.every(([, result]) => result === 'ok')
  sendJson(res, isReady ? 200 : 503, {
    status: isReady ? 'ok' : 'unavailable',
    ...Object.fromEntries(results),
  })
}

async function works(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS)
  })
  const done = check().then(
    () => true,
    () => false,
  )
  const result = await Promise.race([done, late])
  clearTimeout(timer)
  return result
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
  res.end(res.req.method === 'HEAD' ? undefined : JSON.stringify(body))
}
