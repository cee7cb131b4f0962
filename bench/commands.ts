import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Sandbox } from 'computesdk'
import { WebSocket } from 'ws'
import type { BenchContext, Figure, Measured } from './figure'
import { median, percentile, timed } from './statistics'
import { withSandbox } from './with-sandbox'

const CALLS = 1_000
const CONCURRENCY = 50
/** The client keeps all of it as one string too, and V8's end at 512 MB. */
const STREAMED_BYTES = 256 * 1024 * 1024
/** Lines of text, as programs print; what escapes in JSON would measure JSON. */
const STREAMED = (bytes: number) => `yes 'a line of output as a build prints them' | head -c ${bytes}`

/** (g) Commands, as the published ComputeSDK client runs them. */
export function measureCommands(context: BenchContext): Promise<Measured> {
  return withSandbox(context, async ({ sandboxId, token }) => {
    // Node 20 has none of its own, and the client looks for the global one.
    globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket
    const sandboxUrl = `${context.server.url}/sandboxes/${sandboxId}`
    const sandbox = new Sandbox({ sandboxUrl, sandboxId, provider: 'sandlot', token })
    const figures = [
      ...(await measureRoundTrip(sandbox, context.count)),
      ...(await measureMany(sandbox, context.isQuick ? CALLS / 10 : CALLS)),
      await measureStream(sandbox, context.isQuick ? STREAMED_BYTES / 16 : STREAMED_BYTES),
    ]
    await sandbox.disconnect()
    return { figures, notes: [] }
  })
}

async function measureRoundTrip(sandbox: Sandbox, count: number): Promise<Figure[]> {
  const ours: number[] = []
  const raw: number[] = []
  await runTrue(sandbox)
  // One after the other: a fork leaves the memory of this process to be mapped anew, which the next call would pay for.
  for (let index = 0; index < count; index++) ours.push(await timed(() => runTrue(sandbox)))
  for (let index = 0; index < count; index++) raw.push(await timed(spawnTrue))
  const peer = (value: number) => ({ name: "spawn('sh')", value })
  return [
    { name: "(g) runCommand('true'): p50", unit: 'ms', ours: median(ours), peer: peer(median(raw)), aim: 4 },
    {
      name: "(g) runCommand('true'): p95",
      unit: 'ms',
      ours: percentile(ours, 0.95),
      peer: peer(percentile(raw, 0.95)),
    },
  ]
}

async function measureMany(sandbox: Sandbox, calls: number): Promise<Figure[]> {
  let failed = 0
  const ours = await timed(() =>
    atOnce(calls, () =>
      runTrue(sandbox).catch(() => {
        failed++
      }),
    ),
  )
  const raw = await timed(() => atOnce(calls, spawnTrue))
  return [
    {
      name: `(g) ${calls} commands, ${CONCURRENCY} at a time`,
      unit: 'ms',
      ours,
      peer: { name: "spawn('sh')", value: raw },
    },
    { name: `(g) of them failed`, unit: 'commands', ours: failed, aim: 0 },
  ]
}

async function measureStream(sandbox: Sandbox, bytes: number): Promise<Figure> {
  let received = 0
  const ours = await timed(async () => {
    await sandbox.runCommand(STREAMED(bytes), {
      onStdout: (text: string) => {
        received += text.length
      },
    })
  })
  if (received !== bytes) throw new Error(`${received} of ${bytes} streamed bytes came`)
  const raw = await timed(() => readFromPipe(bytes))
  return {
    name: `(g) output streamed to onStdout, ${bytes / 1024 / 1024} MB`,
    unit: 'MB/s',
    ours: bytes / 1e3 / ours,
    peer: { name: 'pipe', value: bytes / 1e3 / raw },
    aim: Math.min(100, (0.7 * bytes) / 1e3 / raw),
    isMoreBetter: true,
  }
}

async function runTrue(sandbox: Sandbox): Promise<void> {
  const { exitCode } = await sandbox.runCommand('true')
  if (exitCode !== 0) throw new Error(`true ended with ${exitCode}`)
}

async function spawnTrue(): Promise<void> {
  await once(spawn('sh', ['-c', 'true']), 'close')
}

async function readFromPipe(bytes: number): Promise<void> {
  const child = spawn('sh', ['-c', STREAMED(bytes)])
  child.stdout.resume()
  await once(child, 'close')
}

async function atOnce(count: number, work: () => Promise<void>): Promise<void> {
  let begun = 0
  const lane = async () => {
    while (begun++ < count) await work()
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, lane))
}
