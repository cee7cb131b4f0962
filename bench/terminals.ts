import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchContext, Measured } from './figure'
import { rawEchoTimes, rawThroughput } from './raw-pty'
import { percentile, timed } from './statistics'
import { BenchTerminal } from './terminal-stream'
import { withSandbox } from './with-sandbox'

/** As fast as people type; back to back would measure how busy the machine is. */
const KEY_DISTANCE_MS = 20
/** Enough for a second or so. */
const THROUGHPUT_BYTES = 50_000_000
/** The shell joins its halves, so that the echo of the command is not taken for it. */
const END_MARK = 'flood-is-over\r\n'
const LINE = 'sandlot '.repeat(9)

/** (b) and (c): a terminal over a WebSocket, against a PTY with nothing around it. */
export function measureTerminals(context: BenchContext): Promise<Measured> {
  return withSandbox(context, async ({ client }) => {
    const terminal = await openShell(client)
    const echo = await echoTimes(terminal, context.count * 3)
    const throughput = await throughputOf(terminal)
    terminal.close()
    const rawEcho = await rawEchoTimes(context.count * 3)
    const raw = await rawThroughput(THROUGHPUT_BYTES)
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
          ours: throughput.megabytesPerSecond,
          peer: { name: 'PTY', value: raw },
          aim: 0.9,
          aimOf: 'ratio',
          isMoreBetter: true,
        },
        { name: '(c) terminal output that was skipped', unit: '%', ours: throughput.skippedShare * 100 },
      ],
      notes: [],
    }
  })
}

interface Throughput {
  megabytesPerSecond: number
  skippedShare: number
}

async function openShell(client: Parameters<typeof BenchTerminal.open>[0]): Promise<BenchTerminal> {
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

/**
 * Measured from the first byte of the flood to its end, by what arrived: a terminal never slows its program down, so a
 * viewer that falls behind by more than the log holds skips, and that is counted apart.
 */
async function throughputOf(terminal: BenchTerminal): Promise<Throughput> {
  let got = 0
  let startedAt = 0
  let tail = ''
  const end = terminal.until((bytes) => {
    if (startedAt === 0 && bytes.includes('sandlot')) startedAt = performance.now()
    got += bytes.length
    tail = (tail + bytes.subarray(-END_MARK.length).toString('latin1')).slice(-2 * END_MARK.length)
    return tail.includes(END_MARK)
  })
  const [first, second] = [END_MARK.slice(0, 5), END_MARK.slice(5).trimEnd()]
  terminal.write(
    `clear; yes '${LINE}' | head -c ${THROUGHPUT_BYTES}; echo ${first}''${second}; exec sleep 60\n`,
  )
  await end
  const seconds = (performance.now() - startedAt) / 1000
  return {
    megabytesPerSecond: got / 1e6 / seconds,
    skippedShare: terminal.skippedBytes / (got + terminal.skippedBytes),
  }
}
