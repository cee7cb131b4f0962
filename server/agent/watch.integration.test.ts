import { execFileSync } from 'node:child_process'
import { appendFileSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WatchEvent } from '@/server/agent-contract'
import { eventually, startAgent, type TestAgent, type TestSocket } from './testing'

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())

let root: string
let number = 0
beforeEach(() => {
  root = `${agent.directory}/watch-${number++}`
  mkdirSync(root)
})

async function watch(more = ''): Promise<TestSocket> {
  const watcher = await agent.open(`/watch?path=${encodeURIComponent(root)}${more}`)
  await watcher.until(() => watcher.find('ready'))
  return watcher
}

const eventsOf = (watcher: TestSocket) =>
  watcher.messages
    .filter((message) => message.type === 'events')
    .flatMap((message) => message.events as WatchEvent[])
    .map(({ event, path }) => `${event} ${path.slice(root.length + 1)}`)

/** Everything up to the moment when a file of this name, made last, is told. */
async function eventsUntilMark(watcher: TestSocket): Promise<string[]> {
  const mark = `mark-${number++}`
  writeFileSync(`${root}/${mark}`, '')
  await watcher.until(() => eventsOf(watcher).includes(`add ${mark}`))
  return eventsOf(watcher).filter((event) => !event.includes('mark-'))
}

describe('a watch', () => {
  it('tells the five events, also in directories that came later', async () => {
    writeFileSync(`${root}/old`, 'x')
    const watcher = await watch()
    appendFileSync(`${root}/old`, 'more')
    await eventsUntilMark(watcher)
    mkdirSync(`${root}/dir/deep`, { recursive: true })
    await eventsUntilMark(watcher)
    writeFileSync(`${root}/dir/deep/new`, 'x')
    await eventsUntilMark(watcher)
    rmSync(`${root}/old`)
    rmSync(`${root}/dir`, { recursive: true })
    expect(await eventsUntilMark(watcher)).toEqual([
      'change old',
      'addDir dir',
      'addDir dir/deep',
      'add dir/deep/new',
      'unlink old',
      'unlink dir/deep/new',
      'unlinkDir dir/deep',
      'unlinkDir dir',
    ])
    await watcher.close()
  })

  it('tells a save that renames over the file as one change', async () => {
    writeFileSync(`${root}/saved`, 'old')
    const watcher = await watch()
    const path = encodeURIComponent(`${root}/saved`)
    await agent.call('PUT', `/files/content?path=${path}`, { body: 'new' })
    expect(await eventsUntilMark(watcher)).toEqual(['change saved'])
    // As vim does it: the old file away, a new one in its place, the old one gone.
    renameSync(`${root}/saved`, `${root}/saved~`)
    writeFileSync(`${root}/saved`, 'newer')
    rmSync(`${root}/saved~`)
    expect(await eventsUntilMark(watcher)).toEqual(['change saved', 'change saved'])
    await watcher.close()
  })

  it('follows directories that are moved within, in and out', async () => {
    mkdirSync(`${root}/a/b`, { recursive: true })
    writeFileSync(`${root}/a/b/f`, 'x')
    const outside = `${agent.directory}/outside-${number}`
    const watcher = await watch()
    renameSync(`${root}/a`, `${root}/z`)
    expect((await eventsUntilMark(watcher)).sort()).toEqual(
      ['unlink a/b/f', 'unlinkDir a', 'unlinkDir a/b', 'addDir z', 'addDir z/b', 'add z/b/f'].sort(),
    )
    writeFileSync(`${root}/z/b/g`, 'x')
    expect(await eventsUntilMark(watcher)).toContain('add z/b/g')
    renameSync(`${root}/z`, outside)
    await eventsUntilMark(watcher)
    writeFileSync(`${outside}/b/unseen`, 'x')
    expect((await eventsUntilMark(watcher)).filter((event) => event.includes('unseen'))).toEqual([])
    renameSync(outside, `${root}/back`)
    expect(await eventsUntilMark(watcher)).toContain('add back/b/unseen')
    await watcher.close()
  })

  it('finds what was put into a new directory before it was watched', async () => {
    const watcher = await watch()
    execFileSync('sh', ['-c', 'for i in $(seq 1 200); do mkdir -p d$i/e && touch d$i/e/f; done'], {
      cwd: root,
    })
    const events = await eventsUntilMark(watcher)
    const unique = new Set(events)
    expect(unique.size).toBe(events.length)
    for (let i = 1; i <= 200; i++) expect(unique.has(`add d${i}/e/f`)).toBe(true)
    await watcher.close()
  })

  it('does not tell what is ignored, nor follow links', async () => {
    mkdirSync(`${root}/node_modules/x`, { recursive: true })
    symlinkSync('/tmp', `${root}/link`)
    const watcher = await watch('&ignore=node_modules&ignore=*.log')
    writeFileSync(`${root}/node_modules/x/y`, 'x')
    writeFileSync(`${root}/a.log`, 'x')
    mkdirSync(`${root}/sub/node_modules/z`, { recursive: true })
    writeFileSync(`${root}/sub/node_modules/z/w`, 'x')
    symlinkSync('/tmp', `${root}/link2`)
    expect(await eventsUntilMark(watcher)).toEqual(['addDir sub', 'add link2'])
    await watcher.close()
  })

  it('survives a flood of 10,000 files: each is told, or to look again', async () => {
    const watcher = await watch()
    execFileSync('sh', ['-c', 'mkdir flood && cd flood && seq 1 10000 | xargs touch'], { cwd: root })
    await watcher.until(() => watcher.find('resync') || eventsOf(watcher).length >= 10_001)
    if (!watcher.find('resync')) {
      expect(new Set(eventsOf(watcher)).size).toBe(10_001)
    }
    writeFileSync(`${root}/after`, 'x')
    await watcher.until(() => eventsOf(watcher).includes('add after'))
    await watcher.close()
  })

  it('says to look again when the kernel’s queue ran over, and goes on', async () => {
    const watcher = await watch()
    watcher.pause()
    // The agent stands still, so that nobody empties the queue of 16,384 events.
    process.kill(agent.pid, 'SIGSTOP')
    execFileSync('sh', ['-c', 'for i in 1 2 3; do seq 1 10000 | xargs touch; seq 1 10000 | xargs rm; done'], {
      cwd: root,
    })
    process.kill(agent.pid, 'SIGCONT')
    watcher.resume()
    await watcher.until(() => watcher.find('resync'))
    expect(watcher.find('resync')).toEqual({ type: 'resync', path: root })
    writeFileSync(`${root}/after`, 'x')
    await watcher.until(() => eventsOf(watcher).includes('add after'))
    await watcher.close()
  })

  it('tells with `retell` what became of each path, where the kernel’s queue ran over', async () => {
    mkdirSync(`${root}/kept/old`, { recursive: true })
    for (const name of ['same', 'changed', 'removed', 'kept/old/leaf']) writeFileSync(`${root}/${name}`, 'x')
    // What changed just before would be told once more, to be safe.
    await eventually(() => Date.now() - lstatSync(`${root}/same`).ctimeMs > 100)
    const watcher = await watch('&retell=true')
    watcher.pause()
    process.kill(agent.pid, 'SIGSTOP')
    execFileSync('sh', ['-c', 'seq 1 9000 | xargs touch; seq 1 9000 | xargs rm'], { cwd: root })
    writeFileSync(`${root}/changed`, 'y')
    rmSync(`${root}/removed`)
    renameSync(`${root}/kept/old`, `${root}/kept/new`)
    process.kill(agent.pid, 'SIGCONT')
    watcher.resume()
    await watcher.until(() => eventsOf(watcher).includes('add kept/new/leaf'))
    const events = await eventsUntilMark(watcher)
    expect(watcher.find('resync')).toBeUndefined()
    expect(events.filter((event) => !/ \d+$/.test(event)).sort()).toEqual([
      'add kept/new/leaf',
      'addDir kept/new',
      'change changed',
      'unlink kept/old/leaf',
      'unlink removed',
      'unlinkDir kept/old',
    ])
    // Each of the thousands that came and went is told as what it is in the end: not there.
    const numbered = new Map(
      events.filter((event) => / \d+$/.test(event)).map((each) => [each.split(' ')[1], each]),
    )
    expect([...numbered.values()].filter((event) => event.startsWith('add'))).toEqual([])
    await watcher.close()
  })

  it('tells a flood with `retell` in full', async () => {
    const watcher = await watch('&retell=true')
    execFileSync('sh', ['-c', 'mkdir flood && cd flood && seq 1 12000 | xargs touch'], { cwd: root })
    await watcher.until(() => eventsOf(watcher).length >= 12_001)
    await eventsUntilMark(watcher)
    expect(watcher.find('resync')).toBeUndefined()
    expect(new Set(eventsOf(watcher).filter((event) => event.startsWith('add flood/'))).size).toBe(12_000)
    await watcher.close()
  })

  it('says when asked that all before is told', async () => {
    const watcher = await watch()
    expect(watcher.find('ready')).toEqual({ type: 'ready', isComplete: true })
    writeFileSync(`${root}/before`, 'x')
    watcher.send({ type: 'mark' })
    await watcher.until(() => watcher.messages.filter(({ type }) => type === 'ready').length === 2)
    expect(eventsOf(watcher)).toEqual(['add before'])
    expect(watcher.messages.at(-1)?.type).toBe('ready')
    await watcher.close()
  })

  it('holds `ignorePath` against whole paths', async () => {
    mkdirSync(`${root}/dist`)
    mkdirSync(`${root}/src/dist`, { recursive: true })
    const globs = [`${root}/dist`, '/**/*.{log,tmp}']
    const watcher = await watch(globs.map((glob) => `&ignorePath=${encodeURIComponent(glob)}`).join(''))
    for (const name of ['dist/a', 'src/dist/b', 'c.log', 'src/d.tmp', 'e.txt']) {
      writeFileSync(`${root}/${name}`, 'x')
    }
    expect(await eventsUntilMark(watcher)).toEqual(['add src/dist/b', 'add e.txt'])
    await watcher.close()
  })

  it('ends when its directory is removed', async () => {
    const watcher = await watch()
    rmSync(root, { recursive: true })
    await watcher.until(() => watcher.closed)
    expect(watcher.closed?.code).toBe(4404)
  })

  it('is refused where there is no directory, and beyond 32 of them', async () => {
    writeFileSync(`${root}/file`, 'x')
    await expect(agent.open(`/watch?path=${root}/file`)).rejects.toThrow('status 400')
    await expect(agent.open('/watch?path=/no/where')).rejects.toThrow('status 404')
    const watchers = await Promise.all(Array.from({ length: 32 }, () => watch()))
    await expect(watch()).rejects.toThrow('status 429')
    await Promise.all(watchers.map((watcher) => watcher.close()))
    await (await watch()).close()
  })
})
