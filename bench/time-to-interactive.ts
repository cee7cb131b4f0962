import { setTimeout as sleep } from 'node:timers/promises'
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
  const { count } = context
  const start = () => startOne(context)
  await inTurn(3, start)
  const turn = await inTurn(count, start)
  const together = await atOnce(count, start)
  const spaced = await atDistance(count, start)
  const rawTurn = await inTurn(count, rawOne)
  const rawTogether = await atOnce(count, rawOne)
  const docker = await measureDocker()
  return {
    figures: [
      ...figuresOf('one by one', turn, rawTurn, { median: 25, p99: 60 }),
      ...figuresOf('all at once', together, rawTogether, { median: 600 }),
      ...figuresOf('200 ms apart', spaced, rawTurn, {}),
      ...docker.figures,
    ],
    notes: [...docker.notes, ...[turn, together, spaced].flatMap(describeFailures)],
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
