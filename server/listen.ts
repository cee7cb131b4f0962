import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { SandboxError } from '@/lib/errors'
import { needsLoopbackListener } from './urls'

/** Listens on `host`, and on 127.0.0.1 besides where that is another address. Gives the port. */
export async function listen(server: HttpServer, host: string, port: number): Promise<number> {
  await listenOn(server, host, port)
  const taken = (server.address() as AddressInfo).port
  if (needsLoopbackListener(host)) {
    const beside = createServer((socket) => server.emit('connection', socket))
    await listenOn(beside, '127.0.0.1', taken)
    server.once('close', () => beside.close())
    // The main one alone keeps the process going.
    beside.unref()
  }
  return taken
}

async function listenOn(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new SandboxError('bad_request', refusal(error as NodeJS.ErrnoException, host, port), {
      cause: error,
    })
  }
}

function refusal(error: NodeJS.ErrnoException, host: string, port: number): string {
  const other = port === 3000 ? 3001 : port + 1 > 65535 ? 3000 : port + 1
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is taken. Start Sandlot on another one: PORT=${other} npm start`
  if (error.code === 'EACCES')
    return `Port ${port} needs more rights than this user has. Start Sandlot on another one: PORT=${port < 1024 ? 3000 : other} npm start`
  if (error.code === 'EADDRNOTAVAIL')
    return `HOST=${host} is no address of this machine. Without HOST it is 127.0.0.1.`
  return `Sandlot cannot listen on ${host}:${port}: ${error.message}`
}
