import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join as joinPath } from 'node:path'
import type { Duplex } from 'node:stream'
import { pino } from 'pino'
import { toSandboxError } from '@/lib/errors'
import { type BubblewrapOptions, BubblewrapProvider } from '../bubblewrap'

/** The other side of worker-provider.ts: a provider that answers over the channel to its parent. */
const told = JSON.parse(process.argv[2] ?? '{}') as Omit<BubblewrapOptions, 'log'>
const provider = new BubblewrapProvider({
  ...told,
  ripgrepPath: joinPath(told.dataDir, 'rg'),
  log: pino({ level: 'error' }),
})

process.on('message', (message: { number: number; method: string; args: unknown[] }) => void answer(message))
process.once('disconnect', () => process.exit())
provider.onChange((id, change) => process.send?.({ number: 0, change: [id, change] }))
process.send?.({ number: 0, ready: true })

async function answer({
  number,
  method,
  args,
}: {
  number: number
  method: string
  args: unknown[]
}): Promise<void> {
  try {
    process.send?.({ number, result: await call(method, args) })
  } catch (error) {
    const { code, message, cause } = toSandboxError(error)
    process.send?.({ number, code, message: cause === undefined ? message : `${message} (${String(cause)})` })
  }
}

async function call(method: string, args: unknown[]): Promise<unknown> {
  if (method === 'dial') return offerStream(String(args[0]))
  const target = provider as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  return await target[method]?.(...args)
}

/** A stream cannot be sent: it is offered once, as a socket. */
async function offerStream(id: string): Promise<string> {
  const stream = await provider.dial(id)
  const path = joinPath(told.dataDir, `${randomUUID()}.sock`)
  const server = createServer((socket) => {
    server.close()
    rmSync(path, { force: true })
    join(socket, stream)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return path
}

/** Not a pipeline: where the agent closes first, that destroys the other side with what it has yet to read. */
function join(socket: Socket, stream: Duplex): void {
  for (const [one, other] of [
    [socket, stream],
    [stream, socket],
  ] as const) {
    one.pipe(other)
    one.once('error', () => other.destroy())
  }
}
