import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import WebSocket from 'ws'
import type { SandboxClient } from '@/lib/client/sandbox-client'
import { WorkbenchEvent } from '@/lib/protocol/workbench'
import type { BenchContext, Figure, Measured } from './figure'
import { measureFirstPaint } from './file-tree'
import { median, percentile, timed } from './statistics'
import { type BenchSandbox, withSandbox } from './with-sandbox'

const run = promisify(execFile)
const BATCH_FILES = 1_000
const LISTED_FILES = 50_000
const REPEATS = 5

/** (f) Files: written many at once, listed in their thousands, and how soon a change is told. */
export function measureFiles(context: BenchContext): Promise<Measured> {
  return withSandbox(context, async (sandbox) => ({
    figures: [
      await measureBatch(sandbox),
      ...(await measureListing(context, sandbox)),
      ...(await measureEvents(sandbox, context.count)),
    ],
    notes: [],
  }))
}

async function measureBatch({ client, directory, post }: BenchSandbox): Promise<Figure> {
  const files = Array.from({ length: BATCH_FILES }, (_, index) => ({
    path: `${directory}/batch/${index}.txt`,
    operation: 'write',
    content: `file ${index}\n`.repeat(20),
  }))
  const times: number[] = []
  for (let index = 0; index < REPEATS; index++) {
    times.push(await timed(() => post('/files/batch', { files })))
    await client.remove(`${directory}/batch`)
  }
  return {
    name: `(f) ${BATCH_FILES} files written in one batch`,
    unit: 'ms',
    ours: median(times),
    peer: { name: 'fs', value: await rawBatch(files.map(({ content }) => content)) },
    aim: 300,
  }
}

/** The same files written by Node itself, one after another, as the agent must for the order of its results. */
async function rawBatch(contents: string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sandlot-bench-'))
  const time = await timed(async () => {
    for (const [index, content] of contents.entries()) await writeFile(join(folder, `${index}.txt`), content)
  })
  await rm(folder, { recursive: true })
  return time
}

async function measureListing(context: BenchContext, sandbox: BenchSandbox): Promise<Figure[]> {
  const { client, directory, post, sandboxId } = sandbox
  const repeats = Array.from({ length: REPEATS }, (_, index) => index)
  const make = (name: string, files: number) =>
    `mkdir ${name} && (cd ${name} && seq 1 ${files} | xargs touch)`
  const commands = repeats.flatMap((index) => [make(`few-${index}`, 1), make(`many-${index}`, LISTED_FILES)])
  await post('/run/command', { command: commands.join(' && ') })
  const listing: number[] = []
  for (const index of repeats) {
    listing.push(
      await timed(async () => {
        const files = await client.list(`${directory}/many-${index}`)
        if (files.length !== LISTED_FILES) throw new Error(`${files.length} files were listed`)
      }),
    )
  }
  const painted = (kind: string) =>
    measureFirstPaint(
      context,
      sandboxId,
      repeats.map((index) => `${kind}-${index}`),
    )
  return [
    {
      name: `(f) ${LISTED_FILES} files listed: first paint in the workbench's tree`,
      unit: 'ms',
      ours: median(await painted('many')),
      peer: { name: 'a directory of one file', value: median(await painted('few')) },
      aim: 300,
    },
    {
      name: `(f) ${LISTED_FILES} files listed by GET /files, whole answer read and checked`,
      unit: 'ms',
      ours: median(listing),
      peer: { name: 'readdir + stat', value: await rawListing() },
    },
  ]
}

async function rawListing(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sandlot-bench-'))
  await run('sh', ['-c', `cd "$0" && seq 1 ${LISTED_FILES} | xargs touch`, folder])
  const time = await timed(async () => {
    for (const name of await readdir(folder)) await stat(join(folder, name))
  })
  await rm(folder, { recursive: true })
  return time
}

/** From the write's request to the event that tells of it. */
async function measureEvents({ client, directory }: BenchSandbox, count: number): Promise<Figure[]> {
  const told = new Map<string, () => void>()
  const socket = await watch(client, directory, (path) => told.get(path)?.())
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const path = `${directory}/watched-${index}.txt`
    const event = new Promise<void>((resolve) => told.set(path, resolve))
    times.push(await timed(() => Promise.all([client.write(path, 'x'), event])))
  }
  socket.close()
  return [
    { name: '(f) change told: median', unit: 'ms', ours: median(times) },
    { name: '(f) change told: p95', unit: 'ms', ours: percentile(times, 0.95), aim: 50 },
  ]
}

function watch(client: SandboxClient, directory: string, onPath: (path: string) => void): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(client.eventsUrl({ path: directory, ignore: ['many-*'] }))
    socket.on('error', reject)
    socket.on('message', (data: Buffer) => {
      const event = WorkbenchEvent.parse(JSON.parse(data.toString()))
      if (event.type === 'watching') resolve(socket)
      if (event.type === 'files') for (const { path } of event.events) onPath(path)
    })
  })
}
