import { type IncomingMessage, request, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import { type PreviewVisit, responseHeaders } from './headers'
import { boundInterimAnswers } from './interim-answers'
import type { PortStreams } from './port-streams'
import { asSandboxError, finalStatus, requestOptions } from './proxy'

/** Hot reload and its like answer at once, or not at all. */
const UPGRADE_TIMEOUT_MS = 30_000
/** After one side has said its last word, how long the other may go on. */
const HALF_CLOSED_MS = 10_000

/** Passes an upgrade on, and then bytes both ways without a look at them. Rejects while nothing of the answer is out. */
export async function forwardUpgrade(
  streams: PortStreams,
  sandboxId: string,
  visit: PreviewVisit,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const stream = await streams.open(sandboxId, visit.port)
  try {
    const { answer, upgraded } = await ask(stream, sandboxId, visit, req, socket)
    writeHead(socket, answer, visit, upgraded !== null)
    if (upgraded === null) {
      answer.pipe(socket)
      answer.once('close', () => socket.end())
      return
    }
    socket.write(upgraded)
    stream.write(head)
    join(socket, stream)
  } catch (error) {
    stream.destroy()
    throw asSandboxError(error, visit.port)
  }
}

/** `upgraded`: the first bytes after the head; null where the program would not. */
function ask(stream: Duplex, sandboxId: string, visit: PreviewVisit, req: IncomingMessage, socket: Duplex) {
  const options = requestOptions(sandboxId, visit, req)
  const headers = { ...options.headers, connection: 'Upgrade', upgrade: req.headers.upgrade ?? 'websocket' }
  const outgoing = request({ ...options, headers, createConnection: () => stream })
  return new Promise<{ answer: IncomingMessage; upgraded: Buffer | null }>((resolve, reject) => {
    const timeout = () =>
      outgoing.destroy(new SandboxError('timed_out', 'The program did not answer the upgrade.'))
    const timer = setTimeout(timeout, UPGRADE_TIMEOUT_MS)
    const onGone = () => stream.destroy()
    socket.once('close', onGone)
    stream.once('close', () => socket.off('close', onGone))
    boundInterimAnswers(outgoing)
    outgoing.once('upgrade', (answer, _, upgraded) => {
      clearTimeout(timer)
      resolve({ answer, upgraded })
    })
    outgoing.once('response', (answer) => {
      clearTimeout(timer)
      resolve({ answer, upgraded: null })
    })
    outgoing.once('close', () => {
      clearTimeout(timer)
      reject(new SandboxError('port_closed', 'The program closed the connection without an answer.'))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

function writeHead(socket: Duplex, answer: IncomingMessage, visit: PreviewVisit, isUpgrade: boolean): void {
  const status = isUpgrade ? 101 : finalStatus(answer)
  const headers = responseHeaders(answer, visit)
  headers.set('connection', [isUpgrade ? 'Upgrade' : 'close'])
  if (isUpgrade) headers.set('upgrade', [answer.headers.upgrade ?? 'websocket'])
  const lines = [...headers].flatMap(([name, values]) => values.map((value) => `${name}: ${value}`))
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`
  socket.write(`${[first, ...lines].join('\r\n')}\r\n\r\n`, 'latin1')
}

function join(a: Duplex, b: Duplex): void {
  a.pipe(b)
  b.pipe(a)
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    one.on('error', () => other.destroy())
    one.once('close', () => other.destroy())
    one.once('end', () => setTimeout(() => other.destroy(), HALF_CLOSED_MS).unref())
  }
}
