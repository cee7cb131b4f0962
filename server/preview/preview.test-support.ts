import { once } from 'node:events'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { createHttpServer, type Site } from '../http-server'
import { createLogger } from '../log'
import { Passes } from './pass'
import { createPreviewSite } from './site'
import { PreviewTickets } from './tickets'

const ID = 'abcdefgh12345678'
const nothing = { request: () => undefined, upgrade: () => undefined } satisfies Site<'app'>

/** The preview of one program, which listens by then and is reached over plain connections in place of the agent's streams. */
export async function servePreview(program: Server) {
  const { port } = await listen(program)
  const streams = new Set<Socket>()
  const passes = new Passes(Buffer.alloc(32, 7))
  const site = createPreviewSite({
    openPort: async () => {
      const stream = connect(port, '127.0.0.1')
      streams.add(stream)
      await once(stream, 'connect')
      return stream
    },
    passes,
    tickets: new PreviewTickets({ passes, sandboxDomain: null }),
    isPublic: async () => false,
  })
  const http = createHttpServer({
    log: createLogger('silent'),
    book: {
      appHosts: new Set(['localhost']),
      sandboxDomains: ['localhost'],
      publicNames: new Set(),
      isDev: false,
    },
    isSecureHost: () => false,
    sites: { app: nothing, api: nothing, sandbox: nothing, preview: site },
  })
  const own = await listen(http.server)
  const pass = passes.sign({ sandboxId: ID, port, frameOrigin: 'http://workbench.test', form: 'host' })
  const headers = [`Host: ${ID}-${port}.localhost:${own.port}`, `Cookie: sandlot_preview=${pass}; own=1`]
  return {
    /** The whole answer to one request on a connection of its own. */
    async ask(first: string, lines: string[], body = ''): Promise<string> {
      const socket = connect(own.port, '127.0.0.1')
      socket.write(`${[`${first} HTTP/1.1`, ...headers, ...lines].join('\r\n')}\r\n\r\n${body}`)
      let text = ''
      for await (const chunk of socket.setEncoding('latin1')) text += chunk
      return text
    },
    async close(): Promise<void> {
      site.close()
      for (const stream of streams) stream.destroy()
      program.close()
      http.server.closeAllConnections()
      await http.close()
    },
  }
}

async function listen(server: Server): Promise<AddressInfo> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address() as AddressInfo
}
