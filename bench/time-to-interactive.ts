import { setTimeout as sleep } from 'node:timers/promises'
import { RunningServer } from '../e2e/running-server'
import type { BenchContext, Figure, Measured } from './figure'
import { dockerImage, runInBareBubblewrap, runInDocker } from './raw-start'
import { median, percentile, timed } from './statistics'

/** Distance between two starts in the third series, as in the public benchmark of ComputeSDK. */
const SPACING_MS = 200
/** Docker takes long enough that a few tell as much as a hundred. */
const DOCKER_COUNT = 20

interface Series {
  times: number[]
  failures: string[]
}

/** (a) From the request for a sandbox to the output of `node -v` in it, over the HTTP API, as a program has it. */
export async function measureTimeToInteractive(context: BenchContext): Promise<Measured> {
  const raw = { turn: await inTurn(context.count, rawOne), together: await atOnce(context.count, rawOne) }
  const pooled = await measureStarts('as shipped', context, raw)
  const cold = await measureCold(context, raw)
  const docker = await measureDocker()
  return {
    figures: [...pooled.figures, ...cold.figures, ...docker.figures],
    notes: [...pooled.notes, ...cold.notes, ...docker.notes],
  }
}

/** The same on a server that keeps no sandbox ready. */
async function measureCold(context: BenchContext, raw: Raw): Promise<Measured> {
  const server = await RunningServer.start({ SANDLOT_WARM_SANDBOXES: '0' })
  try {
    return await measureStarts('cold', { ...context, server, sandboxes: await server.sandboxes() }, raw)
  } finally {
    await server.dispose()
  }
}

interface Raw {
  turn: Series
  together: Series
}

async function measureStarts(name: string, context: BenchContext, raw: Raw): Promise<Measured> {
  const { count } = context
  const start = () => startOne(context)
  await inTurn(3, start)
  const turn = await inTurn(count, start)
  const together = await atOnce(count, start)
  const spaced = await atDistance(count, start)
  return {
    figures: [
      ...figuresOf(`${name}, one by one`, turn, raw.turn, { median: 25, p99: 60 }),
      ...figuresOf(`${name}, all at once`, together, raw.together, { median: 600 }),
      ...figuresOf(`${name}, 200 ms apart`, spaced, raw.turn, {}),
    ],
    notes: [turn, together, spaced].flatMap(describeFailures),
  }
}

/** Ends what it made, outside of the time that counts; `all at once` thus has all alive until each has answered. */
async function startOne({ sandboxes, server }: BenchContext): Promise<End> {
  const { sandboxId, token } = await sandboxes.create({})
  const response = await fetch(`${server.url}/sandboxes/${sandboxId}/run/command`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'node -v' }),
  })
  const answer = await response.text()
  if (!response.ok || !answer.includes(process.version))
    throw new Error(`node -v answered ${response.status}: ${answer}`)
  return () => sandboxes.delete(sandboxId)
}

async function rawOne(): Promise<null> {
  await runInBareBubblewrap()
  return null
}

/** Starts one and answers how to end it, or `null` where it ended by itself. */
type Start = () => Promise<End | null>
type End = () => Promise<void>

async function inTurn(count: number, start: Start): Promise<Series> {
  const series: Series = { times: [], failures: [] }
  for (let index = 0; index < count; index++) await (await measure(start, series))?.()
  return series
}

async function atOnce(count: number, start: Start): Promise<Series> {
  const series: Series = { times: [], failures: [] }
  const ends = await Promise.all(Array.from({ length: count }, () => measure(start, series)))
  await Promise.all(ends.map((end) => end?.()))
  return series
}

async function atDistance(count: number, start: Start): Promise<Series> {
  const series: Series = { times: [], failures: [] }
  const ends = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await sleep(index * SPACING_MS)
      return measure(start, series)
    }),
  )
  await Promise.all(ends.map((end) => end?.()))
  return series
}

/** A start that failed has no time; it counts against the rate of success. */
async function measure(start: Start, series: Series): Promise<End | null> {
  let end: End | null = null
  try {
    const time = await timed(async () => {
      end = await start()
    })
    series.times.push(time)
  } catch (error) {
    series.failures.push(error instanceof Error ? error.message : String(error))
  }
  return end
}

function figuresOf(
  name: string,
  ours: Series,
  raw: Series,
  aims: { median?: number; p99?: number },
): Figure[] {
  const shares = [
    ['median', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const
  const total = ours.times.length + ours.failures.length
  const success: Figure = {
    name: `(a) ${name}: succeeded`,
    unit: '%',
    ours: (ours.times.length / total) * 100,
    aim: 100,
    isMoreBetter: true,
  }
  const times = shares.map(([label, share]): Figure => {
    const aim = label === 'p95' ? undefined : aims[label]
    return {
      name: `(a) ${name}: ${label}`,
      unit: 'ms',
      ours: percentile(ours.times, share),
      peer: { name: 'bwrap', value: percentile(raw.times, share) },
      ...(aim === undefined ? {} : { aim }),
    }
  })
  return [...times, success]
}

async function measureDocker(): Promise<Measured> {
  const found = await dockerImage()
  if ('absent' in found) return { figures: [], notes: [found.absent] }
  const { times } = await inTurn(DOCKER_COUNT, async () => {
    await runInDocker(found.image)
    return null
  })
  return {
    figures: [{ name: `(a) docker run ${found.image}: median`, unit: 'ms', ours: median(times) }],
    notes: [],
  }
}

function describeFailures({ failures }: Series): string[] {
  return [...new Set(failures)].map((failure) => `failed: ${failure}`)
}
