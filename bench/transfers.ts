import { once } from 'node:events'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BenchContext, Figure, Measured } from './figure'
import { median, timed } from './statistics'
import { withSandbox } from './with-sandbox'

const BYTES = 1024 ** 3
const CHUNK_BYTES = 1024 * 1024
const REPEATS = 3
/** Often enough to see a file held in memory for as long as it takes to send. */
const LOOK_MS = 20

/** (h) One large file up and down, beside a plain Node server, and what the server's memory does meanwhile. */
export function measureTransfers(context: BenchContext): Promise<Measured> {
  const bytes = context.isQuick ? BYTES / 16 : BYTES
  return withSandbox(context, async ({ sandboxId, token }) => {
    const ours = new URL(`${context.server.url}/sandboxes/${sandboxId}/raw/big.bin`)
    const plain = await startPlainServer()
    const headers = { authorization: `Bearer ${token}` }
    const memory = new MemoryWatch(context.server.pid)
    try {
      const times = {
        up: [] as number[],
        down: [] as number[],
        plainUp: [] as number[],
        plainDown: [] as number[],
      }
      for (let index = 0; index < REPEATS; index++) {
        times.plainUp.push(await timed(() => upload(plain.url, {}, bytes)))
        times.up.push(await memory.during(() => timed(() => upload(ours, headers, bytes))))
        times.plainDown.push(await timed(() => download(plain.url, {}, bytes)))
        times.down.push(await memory.during(() => timed(() => download(ours, headers, bytes))))
      }
      return {
        figures: [
          rate(`(h) upload of ${bytes / 1024 ** 2} MB`, bytes, times.up, times.plainUp),
          rate(`(h) download of ${bytes / 1024 ** 2} MB`, bytes, times.down, times.plainDown),
          { name: "(h) growth of the server's memory meanwhile", unit: 'MB', ours: memory.growthBytes / 1e6 },
        ],
        notes: [],
      }
    } finally {
      await plain.close()
    }
  })
}

function rate(name: string, bytes: number, ours: number[], plain: number[]): Figure {
  return {
    name,
    unit: 'MB/s',
    ours: bytes / 1e3 / median(ours),
    peer: { name: 'plain Node server', value: bytes / 1e3 / median(plain) },
    aim: 0.6,
    aimOf: 'ratio',
    isMoreBetter: true,
  }
}

/** Of a process, from the first look on: the most that it has grown by. */
class MemoryWatch {
  readonly #pid: number
  readonly #before: number
  growthBytes = 0

  constructor(pid: number) {
    this.#pid = pid
    this.#before = residentBytes(pid)
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const look = () => {
      this.growthBytes = Math.max(this.growthBytes, residentBytes(this.#pid) - this.#before)
    }
    const timer = setInterval(look, LOOK_MS)
    try {
      return await work()
    } finally {
      clearInterval(timer)
      look()
    }
  }
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** What Node does with a file and nothing else: written beside, synced, renamed, as a save that survives a crash is. */
async function startPlainServer(): Promise<{ url: URL; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sandlot-bench-'))
  const file = join(folder, 'big.bin')
  const server = createServer(async (req, res) => {
    if (req.method === 'PUT') {
      await pipeline(req, createWriteStream(file))
      await synced(file)
      res.end()
    } else {
      res.setHeader('content-length', (await stat(file)).size)
      await pipeline(createReadStream(file), res)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/`), close: () => closed(server, folder) }
}

async function synced(file: string): Promise<void> {
  const handle = await open(file)
  await handle.sync()
  await handle.close()
}

async function closed(server: Server, folder: string): Promise<void> {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
}

async function upload(url: URL, headers: Record<string, string>, bytes: number): Promise<void> {
  const call = request(url, { method: 'PUT', headers: { ...headers, 'content-length': bytes } })
  const answered = once(call, 'response') as Promise<[IncomingMessage]>
  await pipeline(Readable.from(chunks(bytes)), call)
  const [response] = await answered
  await requireBytes(response, null)
}

async function download(url: URL, headers: Record<string, string>, bytes: number): Promise<void> {
  const call = request(url, { headers }).end()
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  await requireBytes(response, bytes)
}

async function requireBytes(response: IncomingMessage, bytes: number | null): Promise<void> {
  let received = 0
  response.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  await once(response, 'end')
  if (response.statusCode !== 200) throw new Error(`the transfer was answered with ${response.statusCode}`)
  if (bytes !== null && received !== bytes) throw new Error(`${received} of ${bytes} bytes came`)
}

function* chunks(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, 'sandlot ')
  for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) yield chunk
}
