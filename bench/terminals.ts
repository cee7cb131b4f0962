import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxClient } from '@/lib/client/sandbox-client'
import type { BenchContext, Measured } from './figure'
import { FloodReader } from './flood-reader'
import { rawEchoTimes, rawThroughput } from './raw-pty'
import { percentile, timed } from './statistics'
import { BenchTerminal } from './terminal-stream'
import { withSandbox } from './with-sandbox'

/** As fast as people type; back to back would measure how busy the machine is. */
const KEY_DISTANCE_MS = 20
/** In turns, since a single second says more of what else the machine does. */
const ROUNDS = 5
/** Enough for a second or so. */
const THROUGHPUT_BYTES = 50_000_000
const END_MARK = 'flood-is-over\r\n'
const LINE = 'sandlot '.repeat(9)

/** (b) and (c): a terminal over a WebSocket, against a PTY with nothing around it. */
export function measureTerminals(context: BenchContext): Promise<Measured> {
  return withSandbox(context, async ({ client }) => {
    const terminal = await openShell(client)
    const echo = await echoTimes(terminal, context.count * 3)
    terminal.close()
    const rawEcho = await rawEchoTimes(context.count * 3)
    const throughput: Throughput[] = []
    const raw: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      throughput.push(await throughputOf(client))
      raw.push(await rawThroughput(THROUGHPUT_BYTES))
    }
    const speeds = throughput.map(({ megabytesPerSecond }) => megabytesPerSecond)
    const peer = (share: number) => ({ name: 'PTY', value: percentile(rawEcho, share) })
    return {
      figures: [
        { name: '(b) key to echo: median', unit: 'ms', ours: percentile(echo, 0.5), peer: peer(0.5) },
        {
          name: '(b) key to echo: p95',
          unit: 'ms',
          ours: percentile(echo, 0.95),
          peer: peer(0.95),
          aim: 5,
          aimOf: 'over peer',
        },
        {
          name: '(c) terminal output',
          unit: 'MB/s',
          ours: percentile(speeds, 0.5),
          peer: { name: 'PTY', value: percentile(raw, 0.5) },
          aim: 0.9,
          aimOf: 'ratio',
          isMoreBetter: true,
        },
        {
          name: '(c) terminal output that was skipped',
          unit: '%',
          ours: Math.max(...throughput.map(({ skippedShare }) => skippedShare)) * 100,
        },
      ],
      notes: [],
    }
  })
}

interface Throughput {
  megabytesPerSecond: number
  skippedShare: number
}

async function openShell(client: SandboxClient): Promise<BenchTerminal> {
  const terminal = await BenchTerminal.open(client)
  const isReady = terminal.until((bytes) => bytes.includes('ready-$ '))
  // The prompt's two halves are joined by the shell, so that the echo of this line is not taken for it.
  terminal.write("exec env PS1='ready''-$ ' /bin/bash --noprofile --norc -i\n")
  await isReady
  return terminal
}

async function echoTimes(terminal: BenchTerminal, count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const echoed = terminal.until((bytes) => bytes.includes('a'))
    times.push(
      await timed(() => {
        terminal.write('a')
        return echoed
      }),
    )
    // Ctrl-U: the line must not wrap, which would be more than an echo.
    if (index % 50 === 49) terminal.write('\x15')
    await sleep(KEY_DISTANCE_MS)
  }
  terminal.write('\x15')
  await sleep(100)
  return times
}

/** Measured from the first byte of the flood to its end, by what arrived; what was skipped is counted apart. */
async function throughputOf(client: SandboxClient): Promise<Throughput> {
  const command = `read go; yes '${LINE}' | head -c ${THROUGHPUT_BYTES}; echo ${END_MARK.trimEnd()}; read stop`
  const { id } = await client.createTerminal({ cols: 80, rows: 24, command })
  const reader = new FloodReader(new URL(client.terminalStreamUrl(id, 0)))
  let got = 0
  let startedAt = 0
  let tail = ''
  await reader.until((bytes) => {
    if (startedAt === 0 && bytes.includes('sandlot')) startedAt = performance.now()
    got += bytes.length
    tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - END_MARK.length))).slice(
      -2 * END_MARK.length,
    )
    return tail.includes(END_MARK)
  }, '\n')
  const seconds = (performance.now() - startedAt) / 1000
  reader.close()
  return {
    megabytesPerSecond: got / 1e6 / seconds,
    skippedShare: reader.skippedBytes / (got + reader.skippedBytes),
  }
}
