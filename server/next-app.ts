import { createServer } from 'node:http'
import { join } from 'node:path'
import next from 'next'
import { SandboxError } from '@/lib/errors'
import type { Site } from './http-server'
import { createStaticFiles } from './static-files'

export interface NextApp {
  site: Site<'app'>
  close(): Promise<void>
}

/** The pages, the signed-in user's server routes and next-auth, behind our own listeners. */
export async function startNextApp(options: {
  root: string
  isDev: boolean
  host: string
  port: number
}): Promise<NextApp> {
  // Next adds an upgrade listener of its own to the server it knows, and that one ends sockets that are not its: it gets a
  // stand-in that never listens, and in development the upgrades that are meant for it.
  const standIn = createServer()
  const app = next({
    dev: options.isDev,
    dir: options.root,
    hostname: options.host,
    port: options.port,
    httpServer: standIn,
  })
  await app.prepare()
  const handle = app.getRequestHandler()
  const sendStatic = options.isDev ? null : createStaticFiles(join(options.root, '.next', 'static'))
  const site: Site<'app'> = {
    async request(req, res) {
      if (sendStatic?.(req, res)) return
      await handle(req, res)
    },
    upgrade(req, socket, head, context) {
      if (req.headers.origin !== context.origin)
        throw new SandboxError('origin_refused', 'This address takes no WebSocket from another origin.')
      if (!options.isDev || !standIn.emit('upgrade', req, socket, head))
        throw new SandboxError('not_found', 'There is no WebSocket at this address.')
    },
  }
  return { site, close: () => app.close() }
}
