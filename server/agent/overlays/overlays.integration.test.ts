import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Overlay } from '../../agent-contract/overlays'
import { eventually, startAgent, type TestAgent } from '../testing'

let agent: TestAgent
let source: string
let number = 0

beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())
beforeEach(() => {
  source = join(dirname(agent.directory), `source-${++number}`)
  put({ 'package.json': '{}', 'src/main.js': 'main', 'node_modules/a/index.js': 'a', '.git/HEAD': 'ref' })
})

describe('an overlay', () => {
  it('has all but package directories in place when it is answered', async () => {
    const { status, overlay } = await create({ strategy: 'copy' })
    expect(status).toBe(201)
    expect(overlay).toMatchObject({
      source,
      target: target(),
      strategy: 'copy',
      skipped: ['.git'],
      error: null,
    })
    expect(read('src/main.js')).toBe('main')
    expect(list()).toEqual(['node_modules', 'package.json', 'src'])
    expect(await complete(overlay.id)).toMatchObject({ copiedFiles: 3, copiedDirectories: 3 })
    expect(read('node_modules/a/index.js')).toBe('a')
  })

  it('links package directories unless told otherwise, at any depth', async () => {
    put({ 'packages/b/node_modules/c/index.js': 'c', 'python/.venv/bin/python': 'python' })
    const { overlay } = await create({})
    expect(overlay).toMatchObject({ strategy: 'smart', status: 'complete', copiedFiles: 2 })
    for (const path of ['node_modules', 'packages/b/node_modules', 'python/.venv'])
      expect(readlinkSync(join(there(), path))).toBe(join(source, path))
    expect(read('packages/b/node_modules/c/index.js')).toBe('c')
  })

  it('leaves out what is ignored, and says so', async () => {
    put({ 'dist/out.js': '', 'src/deep/skip.log': '', 'node_modules/a/skip.log': '' })
    const { overlay } = await create({ strategy: 'copy', ignore: ['dist', '*.log'] })
    const { skipped } = await complete(overlay.id)
    expect(skipped.toSorted()).toEqual(['.git', 'dist', 'node_modules/a/skip.log', 'src/deep/skip.log'])
    expect(list()).toEqual(['node_modules', 'package.json', 'src'])
    expect(existsSync(join(there(), 'node_modules/a/index.js'))).toBe(true)
  })

  it('adds to a directory that has files, and puts its own in the place of theirs', async () => {
    mkdirSync(join(there(), 'src'), { recursive: true })
    writeFileSync(join(there(), 'mine'), 'mine')
    writeFileSync(join(there(), 'src/main.js'), 'old')
    await create({})
    expect(read('mine')).toBe('mine')
    expect(read('src/main.js')).toBe('main')
  })

  it('keeps the rights, times, links and holes of files', async () => {
    put({ 'run.sh': '#!/bin/sh' })
    chmodSync(join(source, 'run.sh'), 0o755)
    symlinkSync('run.sh', join(source, 'again'))
    writeFileSync(join(source, 'holes'), '')
    truncateSync(join(source, 'holes'), 1024 ** 4)
    await create({})
    expect(statSync(join(there(), 'run.sh')).mode & 0o777).toBe(0o755)
    expect(statSync(join(there(), 'run.sh')).mtimeMs).toBe(statSync(join(source, 'run.sh')).mtimeMs)
    expect(readlinkSync(join(there(), 'again'))).toBe('run.sh')
    const holes = statSync(join(there(), 'holes'))
    expect(holes.size).toBe(1024 ** 4)
    expect(holes.blocks).toBeLessThan(100)
  })

  it('does not follow loops of links, nor copy pipes and sockets', async () => {
    symlinkSync('.', join(source, 'self'))
    symlinkSync('..', join(source, 'src/up'))
    execFileSync('mkfifo', [join(source, 'pipe')])
    const { overlay } = await create({})
    expect(overlay.status).toBe('complete')
    expect(overlay.skipped.toSorted()).toEqual(['.git', 'pipe'])
    expect(lstatSync(join(there(), 'self')).isSymbolicLink()).toBe(true)
  })

  it('goes around names that are not UTF-8, and keeps those that look like options', async () => {
    put({ '-rf': 'x', 'a\nb': 'y', '--target-directory=x': 'z' })
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0x66, 0xff])]), '')
    const { overlay } = await create({})
    expect(overlay.skipped).toContain('f\ufffd')
    expect([read('-rf'), read('a\nb'), read('--target-directory=x')]).toEqual(['x', 'y', 'z'])
  })

  it('is listed, and forgotten when deleted, its files kept', async () => {
    const { overlay } = await create({})
    const { overlays } = (await agent.call('GET', '/overlays')).json<{ overlays: Overlay[] }>()
    expect(overlays).toContainEqual(overlay)
    expect((await agent.call('GET', `/overlays/${overlay.id}`)).json()).toEqual(overlay)
    expect((await agent.call('DELETE', `/overlays/${overlay.id}`)).status).toBe(204)
    expect(read('src/main.js')).toBe('main')
    for (const method of ['GET', 'DELETE'])
      expect((await agent.call(method, `/overlays/${overlay.id}`)).json()).toMatchObject({
        code: 'not_found',
      })
  })

  it('made again as a copy puts directories in the place of its own links', async () => {
    await create({ strategy: 'smart' })
    const { overlay } = await create({ strategy: 'copy' })
    await complete(overlay.id)
    expect(lstatSync(join(there(), 'node_modules')).isDirectory()).toBe(true)
    expect(readFileSync(join(source, 'node_modules/a/index.js'), 'utf8')).toBe('a')
  })

  it('never writes through a link into its own source', async () => {
    mkdirSync(there())
    symlinkSync(join(source, 'src'), join(there(), 'src'))
    symlinkSync(join(source, 'package.json'), join(there(), 'package.json'))
    expect(await refusal({})).toMatchObject({ status: 409, code: 'already_exists' })
    expect(readFileSync(join(source, 'src/main.js'), 'utf8')).toBe('main')
    expect(readFileSync(join(source, 'package.json'), 'utf8')).toBe('{}')
  })

  it('fails when a file of the source meets a directory', async () => {
    mkdirSync(join(there(), 'package.json'), { recursive: true })
    expect(await refusal({})).toMatchObject({ status: 409, code: 'already_exists' })
  })
})

describe('a bad overlay', () => {
  const root = () => agent.directory
  it.each<[string, () => object, number, string]>([
    ['a relative source', () => ({ source: 'templates/node' }), 400, 'invalid_path'],
    ['a source that is not there', () => ({ source: '/nowhere/at/all' }), 404, 'file_not_found'],
    ['a file as source', () => ({ source: join(source, 'package.json') }), 400, 'not_directory'],
    ['a source below a file', () => ({ source: join(source, 'package.json/x') }), 400, 'not_directory'],
    ['a source in a loop of links', () => ({ source: loop() }), 400, 'invalid_path'],
    ['a NUL in the source', () => ({ source: '/a\0b' }), 400, 'invalid_path'],
    ['no target', () => ({ target: '' }), 400, 'invalid_path'],
    ['an absolute target', () => ({ target: '/app' }), 400, 'invalid_path'],
    ['a target that leaves', () => ({ target: 'a/../../b' }), 400, 'invalid_path'],
    ['a NUL in the target', () => ({ target: 'a\0b' }), 400, 'invalid_path'],
    ['half a surrogate pair in the target', () => ({ target: 'a\ud800' }), 400, 'invalid_path'],
    ['a target that is too long', () => ({ target: 'a/'.repeat(3000) }), 400, 'invalid_path'],
    ['a target name that is too long', () => ({ target: 'a'.repeat(300) }), 400, 'invalid_path'],
    ['a file as target', () => ({ target: file() }), 409, 'already_exists'],
    ['a target below a file', () => ({ target: `${file()}/x` }), 400, 'not_directory'],
    ['a target through a link to the outside', () => ({ target: outside() }), 400, 'invalid_path'],
    ['a target in its source', () => ({ source: root(), target: 'x' }), 400, 'bad_request'],
    ['a source in its target', () => ({ source: inside(), target: '.' }), 400, 'bad_request'],
    ['the same as source and target', () => ({ source: root(), target: '.' }), 400, 'bad_request'],
    ['another strategy', () => ({ strategy: 'magic' }), 400, 'bad_request'],
    ['too many globs', () => ({ ignore: Array(101).fill('a') }), 400, 'bad_request'],
    ['a glob that is no text', () => ({ ignore: [1] }), 400, 'bad_request'],
    ['a target that is no text', () => ({ target: 1 }), 400, 'bad_request'],
  ])('%s', async (_, body, status, code) => {
    const before = (await agent.call('GET', '/overlays')).body.toString()
    expect(await refusal(body())).toMatchObject({ status, code, message: expect.stringMatching(/\w/) })
    expect((await agent.call('GET', '/overlays')).body.toString()).toBe(before)
  })

  const loop = () => {
    symlinkSync('loop', join(source, 'loop'))
    return join(source, 'loop')
  }
  const file = () => {
    writeFileSync(join(root(), 'file'), '')
    return 'file'
  }
  const outside = () => {
    symlinkSync('/tmp', join(root(), `outside-${number}`))
    return `outside-${number}/x`
  }
  const inside = () => {
    mkdirSync(join(root(), 'inside'), { recursive: true })
    return join(root(), 'inside')
  }
})

function put(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true })
    writeFileSync(join(source, path), content)
  }
}

const target = () => `target-${number}`
const there = () => join(agent.directory, target())
const list = () => readdirSync(there()).sort()
const read = (path: string) => readFileSync(join(there(), path), 'utf8')

async function create(body: object) {
  const reply = await agent.call('POST', '/overlays', { body: { source, target: target(), ...body } })
  return { status: reply.status, overlay: reply.json<Overlay>() }
}

async function refusal(body: object) {
  const reply = await agent.call('POST', '/overlays', { body: { source, target: target(), ...body } })
  return { status: reply.status, ...reply.json<{ code: string; message: string }>() }
}

async function complete(id: string): Promise<Overlay> {
  let overlay: Overlay | undefined
  await eventually(async () => {
    overlay = (await agent.call('GET', `/overlays/${id}`)).json<Overlay>()
    return overlay.status === 'complete' || overlay.status === 'failed'
  })
  expect(overlay).toMatchObject({ status: 'complete', error: null })
  return overlay as Overlay
}
