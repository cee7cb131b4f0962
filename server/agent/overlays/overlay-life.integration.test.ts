import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_OVERLAYS, type Overlay } from '../../agent-contract/overlays'
import { eventually, startAgent, type TestAgent } from '../testing'

const MiB = 1024 * 1024

let folder: string
let source: string
let agent: TestAgent | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandlot-overlay-'))
  chmodSync(folder, 0o755)
  source = join(folder, 'source')
  put('package.json', '{}')
  put('node_modules/a/index.js', 'a')
})
afterEach(async () => {
  await agent?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('an overlay whose sandbox is stopped', () => {
  it('is known afterwards', async () => {
    await start()
    const { overlay } = await create()
    await startAgain()
    expect(await list()).toEqual([overlay])
  })

  it('goes on with its package directories', async () => {
    await start()
    const { overlay } = await create({ strategy: 'copy' })
    await over(overlay.id)
    await cutShort({ status: 'in_progress', copiedFiles: 1, copiedDirectories: 0 })
    rmSync(there('node_modules/a'), { recursive: true })
    writeFileSync(there('package.json'), 'edited since')
    await startAgain()
    expect(await over(overlay.id)).toMatchObject({ status: 'complete', copiedFiles: 2, copiedDirectories: 1 })
    expect(readFileSync(there('node_modules/a/index.js'), 'utf8')).toBe('a')
    expect(readFileSync(there('package.json'), 'utf8')).toBe('edited since')
  })

  it('fails, with what to do, where not even its own files were there', async () => {
    await start()
    const { overlay } = await create()
    await cutShort({ status: 'in_progress', hasOwnFiles: false })
    await startAgain()
    expect(await over(overlay.id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('create it again'),
    })
  })

  it('fails where its source is gone', async () => {
    await start()
    const { overlay } = await create({ strategy: 'copy' })
    await over(overlay.id)
    await cutShort({ status: 'pending' })
    rmSync(source, { recursive: true })
    await startAgain()
    expect(await over(overlay.id)).toMatchObject({ status: 'failed', error: expect.stringContaining(source) })
  })

  it.each([
    ['is no JSON', 'x'],
    ['is of another kind', '[{"id":1}]'],
    ['is empty', ''],
  ])('is forgotten where what the agent kept %s', async (_, content) => {
    await start()
    await create()
    await crash()
    writeFileSync(stateFile(), content)
    await startAgain()
    expect(await list()).toEqual([])
  })
})

describe('overlays', () => {
  it('end their copying when they are deleted, and keep what is copied', async () => {
    for (let i = 0; i < 10_000; i++) put(`node_modules/${i % 20}/${i}`, '')
    await start()
    const { overlay } = await create({ strategy: 'copy' })
    expect((await call('DELETE', `/overlays/${overlay.id}`)).status).toBe(204)
    expect(await list()).toEqual([])
    await eventually(() => copiers().length === 0)
    expect(existsSync(there('package.json'))).toBe(true)
    expect(readdirSync(there('node_modules'), { recursive: true }).length).toBeLessThan(10_000)
  })

  it('leave the agent free for others while they copy', async () => {
    for (let i = 0; i < 5_000; i++) put(`node_modules/${i % 20}/${i}`, '')
    await start()
    const { overlay } = await create({ strategy: 'copy' })
    const { exitCode } = (await call('POST', '/processes/run', { command: 'true' })).json<{
      exitCode: number
    }>()
    expect(exitCode).toBe(0)
    expect(await over(overlay.id)).toMatchObject({ status: 'complete', copiedFiles: 5_002 })
  })

  it('are copied one after the other', async () => {
    await start()
    const made = await Promise.all(['a', 'b', 'c'].map((target) => create({ target, strategy: 'copy' })))
    for (const { overlay } of made) expect((await over(overlay.id)).status).toBe('complete')
  })

  it('are bounded in number, and those that are deleted make room', async () => {
    await start()
    const ids: string[] = []
    for (let i = 0; i < MAX_OVERLAYS; i++) ids.push((await create({ target: `${i}` })).overlay.id)
    const refused = await call('POST', '/overlays', { source, target: 'more' })
    expect(refused.json()).toMatchObject({
      code: 'too_many',
      message: expect.stringContaining('Delete some'),
    })
    await call('DELETE', `/overlays/${ids[0]}`)
    expect((await create({ target: 'more' })).status).toBe(201)
  })

  it('tell of what they left out only as much as anybody reads', async () => {
    for (let i = 0; i < 3_000; i++) put(`${i}.log`, '')
    await start()
    const { skipped } = (await create({ ignore: ['*.log'] })).overlay
    expect(skipped).toHaveLength(1_000)
    expect(skipped.at(-1)).toBe('… and 2001 more')
  })

  it('go around what cannot be read', async () => {
    put('secret', '')
    put('closed/inner', '')
    chmodSync(join(source, 'secret'), 0o000)
    chmodSync(join(source, 'closed'), 0o000)
    await start(asNobody())
    const { overlay } = await create()
    expect(overlay).toMatchObject({ status: 'complete', copiedFiles: 1 })
    expect(overlay.skipped.toSorted()).toEqual(['closed', 'secret'])
    chmodSync(join(source, 'closed'), 0o755)
  })

  it('say when the disk became full, before the answer and after it', async () => {
    const small = join(folder, 'small')
    mkdirSync(small)
    await start([
      'bwrap',
      '--die-with-parent',
      '--dev-bind',
      '/',
      '/',
      '--size',
      String(4 * MiB),
      '--tmpfs',
      small,
      '--',
    ])
    await call('POST', '/configure', { directory: small, environment: {} })
    put('node_modules/large', Buffer.alloc(8 * MiB))
    const { status, overlay } = await create({ strategy: 'copy' })
    expect(status).toBe(201)
    expect(await over(overlay.id)).toMatchObject({ status: 'failed', error: expect.stringContaining('disk') })

    put('large', Buffer.alloc(8 * MiB))
    const refused = await call('POST', '/overlays', { source, target: 'other' })
    expect(refused).toMatchObject({ status: 507 })
    expect(await list()).toHaveLength(1)
  })
})

function put(path: string, content: string | Buffer): void {
  const file = join(source, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
}

async function start(wrapper: string[] = [], home?: string): Promise<void> {
  agent = await startAgent(wrapper, home)
}

function running(): TestAgent {
  if (!agent) throw new Error('No agent was started')
  return agent
}

const call = (method: string, path: string, body?: object) =>
  running().call(method, path, body === undefined ? {} : { body })
const there = (path: string) => join(running().directory, 'app', path)
const stateFile = () => join(running().home, 'state/overlays.json')
const crash = () => running().crash()

async function startAgain(): Promise<void> {
  const { home, pid } = running()
  if (existsSync(`/proc/${pid}`)) await crash()
  await start([], home)
}

/** Leaves the records as they are in the middle of a copy. */
async function cutShort(changes: object): Promise<void> {
  await crash()
  const [record] = JSON.parse(readFileSync(stateFile(), 'utf8'))
  writeFileSync(stateFile(), JSON.stringify([{ ...record, ...changes }]))
}

async function create(body: object = {}) {
  const reply = await call('POST', '/overlays', { source, target: 'app', ...body })
  return { status: reply.status, overlay: reply.json<Overlay>() }
}

async function list(): Promise<Overlay[]> {
  return (await call('GET', '/overlays')).json<{ overlays: Overlay[] }>().overlays
}

async function over(id: string): Promise<Overlay> {
  let overlay: Overlay | undefined
  await eventually(async () => {
    overlay = (await call('GET', `/overlays/${id}`)).json<Overlay>()
    return overlay.status === 'complete' || overlay.status === 'failed'
  })
  return overlay as Overlay
}

/** Processes that copy into this agent's directory. */
function copiers(): string[] {
  return readdirSync('/proc').filter((pid) =>
    commandLine(pid).includes(`--target-directory=${running().directory}`),
  )
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function asNobody(): string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
}
