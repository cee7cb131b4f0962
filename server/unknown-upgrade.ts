import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The one protocol that anything behind us changes to. */
export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return listOf(headers.upgrade).some((protocol) => protocol.toLowerCase() === 'websocket')
}

/**
 * Answers a request as if it had not asked for another protocol, which is what HTTP wants done with one that a server does not
 * know (RFC 9110, 7.8): curl --http2 asks for h2c. Where there is an upgrade listener Node takes every upgrade for one and stops
 * reading, so the connection begins again, with the request as it should be read.
 */
export class UnknownUpgrades {
  readonly #server: Server
  readonly #answers = new WeakMap<Duplex, ServerResponse>()

  constructor(server: Server) {
    this.#server = server
    server.on('request', (req, res) => this.#answers.set(req.socket, res))
  }

  ignore(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const before = this.#answers.get(socket)
    const isAnswered = before === undefined || before.writableFinished
    // Answers go out in the order of the requests, which the new beginning does not know of.
    if (isAnswered) this.#beginAgain(req, socket, head)
    else before.once('close', () => this.#beginAgain(req, socket, head))
  }

  #beginAgain(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return
    socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(req), 'latin1'), head]))
    this.#server.emit('connection', socket)
  }
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const kept = /^connection$/i.test(name) ? withoutHops(value) : value
    if (!/^(upgrade|http2-settings)$/i.test(name) && kept !== '') lines.push(`${name}: ${kept}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

function withoutHops(connection: string): string {
  return listOf(connection)
    .filter((option) => !/^(upgrade|http2-settings)$/i.test(option))
    .join(', ')
}

function listOf(header: string | undefined): string[] {
  return (header ?? '').split(',').map((part) => part.trim())
}
