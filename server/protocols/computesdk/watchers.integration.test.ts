import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from '../stack.test-support'
import { TestListener } from './listener.test-support'
import { MAX_WATCHERS, MAX_WATCHES, MAX_WITH_CONTENT } from './watcher-room'

let stack: Stack
let key: string
let sandbox: TestSandbox
let listener: TestListener
beforeAll(async () => {
  stack = await startStack()
  key = (await stack.newOwner()).key
})
afterAll(() => stack.stop())
beforeEach(async () => {
  sandbox = await createSandbox(stack, key)
  listener = await TestListener.open(sandbox)
  return () => listener.close()
})

async function watch(body: object): Promise<Answer> {
  const answer = await sandbox.json('POST', '/watchers', body)
  if (!answer.data) throw new Error(`${answer.code}: ${answer.error}`)
  listener.subscribe(answer.data.channel)
  return answer.data
}

const changesOf = (watcher: Answer) => listener.dataOf('file:changed', watcher.channel)
const told = (watcher: Answer) => changesOf(watcher).map(({ event, path }) => `${event} ${path}`)

/** All that was told up to a file of this name, which is made last. */
async function toldUntilMark(watcher: Answer, directory = '/workspace'): Promise<string[]> {
  const mark = `${directory}/mark-${Math.random()}`
  await sandbox.run(`touch ${mark}`)
  await listener.until(() => told(watcher).includes(`add ${mark}`))
  return told(watcher).filter((each) => !each.includes('/mark-'))
}

describe('a watcher', () => {
  it('is answered, listed, found and destroyed as specified', async () => {
    const watcher = await watch({ path: '/workspace', ignored: ['node_modules'], encoding: 'base64' })
    const { ws_url, ...rest } = watcher
    expect(rest).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9_-]+$/),
      path: '/workspace',
      includeContent: false,
      ignored: ['node_modules'],
      encoding: 'base64',
      status: 'active',
      channel: `watcher:${rest.id}`,
    })
    expect(ws_url).toBe(`${sandbox.url.replace('http', 'ws')}/ws`)
    expect((await sandbox.json('GET', '/watchers')).data.watchers).toEqual([rest])
    expect((await sandbox.json('GET', `/watchers/${rest.id}`)).data).toEqual(watcher)
    await listener.until(() => listener.dataOf('watcher:created', rest.channel).length === 1)
    expect(listener.dataOf('watcher:created', rest.channel)).toEqual([{ id: rest.id, path: '/workspace' }])
    const destroyed = await sandbox.call('DELETE', `/watchers/${rest.id}`)
    expect(destroyed.status).toBe(204)
    // Before the answer, not after it.
    expect(listener.dataOf('watcher:destroyed', rest.channel)).toEqual([{ id: rest.id }])
    expect((await sandbox.call('DELETE', `/watchers/${rest.id}`)).status).toBe(404)
    expect((await sandbox.call('GET', `/watchers/${rest.id}`)).status).toBe(404)
    expect((await sandbox.json('GET', '/watchers')).data.watchers).toEqual([])
  })

  it('tells what changes after its answer, in order, and nothing from before', async () => {
    await sandbox.run('mkdir -p src && echo old > src/old && echo gone > gone')
    const watcher = await watch({ path: '/workspace' })
    // The second one joins a watch that stands: what was touched just before is not for it.
    await sandbox.run('echo between > between')
    const second = await watch({ path: '/workspace' })
    await sandbox.run('echo new >> src/old')
    await toldUntilMark(watcher)
    await sandbox.run('mkdir dir && echo x > dir/file')
    await toldUntilMark(watcher)
    await sandbox.run('rm gone && rm -r dir')
    const after = [
      'change /workspace/src/old',
      'addDir /workspace/dir',
      'add /workspace/dir/file',
      'unlink /workspace/gone',
      'unlink /workspace/dir/file',
      'unlinkDir /workspace/dir',
    ]
    expect(await toldUntilMark(watcher)).toEqual(['add /workspace/between', ...after])
    expect(await toldUntilMark(second)).toEqual(after)
  })

  it('takes a relative path and tells absolute ones', async () => {
    await sandbox.run('mkdir src')
    const watcher = await watch({ path: 'src' })
    expect(watcher.path).toBe('/workspace/src')
    await sandbox.run('echo x > src/a && echo x > outside')
    expect(await toldUntilMark(watcher, '/workspace/src')).toEqual(['add /workspace/src/a'])
  })

  it('keeps what is ignored to itself: names with all below, globs, and globs of whole paths', async () => {
    await sandbox.run('mkdir -p node_modules/a packages/b/node_modules/c dist out/deep src/dist')
    const ignored = ['node_modules', '*.log', '/workspace/dist', 'out/**', '/**/secret-?.txt']
    const watcher = await watch({ path: '/workspace', ignored })
    await sandbox.run(
      'for f in node_modules/a/x packages/b/node_modules/c/x a.log src/b.log dist/x out/deep/x src/secret-1.txt src/dist/y z; do echo x > $f; done',
    )
    expect(await toldUntilMark(watcher)).toEqual(['add /workspace/src/dist/y', 'add /workspace/z'])
  })

  it('sends contents along where asked: text as text, anything as base64, nothing large', async () => {
    const raw = await watch({ path: '/workspace', includeContent: true })
    const base64 = await watch({ path: '/workspace', includeContent: true, encoding: 'base64' })
    await sandbox.run(
      'printf "gr\\303\\274n" > text; printf "\\377\\000" > binary; : > empty; head -c 1048577 /dev/zero > large; mkdir dir; mkfifo pipe',
    )
    await toldUntilMark(raw)
    await toldUntilMark(base64)
    const contents = (watcher: Answer) =>
      Object.fromEntries(
        changesOf(watcher).map(({ path, content, encoding }) => [
          path.split('/').at(-1),
          [content, encoding],
        ]),
      )
    expect(contents(raw)).toMatchObject({
      text: ['grün', 'raw'],
      binary: [undefined, undefined],
      empty: ['', 'raw'],
      large: [undefined, undefined],
      dir: [undefined, undefined],
      pipe: [undefined, undefined],
    })
    expect(contents(base64)).toMatchObject({
      text: [Buffer.from('grün').toString('base64'), 'base64'],
      binary: ['/wA=', 'base64'],
      large: [undefined, undefined],
    })
    await sandbox.run('printf "anders" > text && sleep 0.1 && rm text')
    await toldUntilMark(raw)
    expect(changesOf(raw).find(({ event }) => event === 'unlink')).toEqual({
      event: 'unlink',
      path: '/workspace/text',
    })
  })

  it('keeps what happens until somebody subscribes, and while its client is away', async () => {
    const { id, channel } = (await sandbox.json('POST', '/watchers', { path: '/workspace' })).data
    const watcher = { id, channel }
    await sandbox.run('echo x > early')
    listener.subscribe(channel)
    await listener.until(() => told(watcher).includes('add /workspace/early'))
    listener.close()
    await sandbox.run('echo x > away')
    listener = await TestListener.open(sandbox)
    listener.subscribe(channel)
    expect(await toldUntilMark(watcher)).toEqual(['add /workspace/away'])
  })

  it('survives a stop and start of its sandbox, and ends with it', async () => {
    const watcher = await watch({ path: '/workspace' })
    await sandbox.call('POST', '/sandbox/stop')
    await expect
      .poll(async () => (await sandbox.json('GET', '/watchers')).data.watchers[0].status)
      .toBe('stopped')
    await sandbox.call('POST', '/sandbox/start')
    await expect
      .poll(async () => (await sandbox.json('GET', '/watchers')).data.watchers[0].status)
      .toBe('active')
    await sandbox.run('echo x > again')
    expect(await toldUntilMark(watcher)).toEqual(['add /workspace/again'])
    await sandbox.call('DELETE', '/sandbox')
    await listener.until(() => listener.isClosed)
    expect((await sandbox.call('GET', '/watchers')).status).toBeGreaterThanOrEqual(401)
  })

  it('survives the removal of its directory, and watches it when it is there again', async () => {
    await sandbox.run('mkdir src')
    const watcher = await watch({ path: '/workspace/src' })
    await sandbox.run('rmdir src')
    await listener.until(() => told(watcher).includes('unlinkDir /workspace/src'))
    await sandbox.run('mkdir src')
    await listener.until(() => told(watcher).includes('addDir /workspace/src'))
    await sandbox.run('echo x > src/new')
    await listener.until(() => told(watcher).includes('add /workspace/src/new'))
  })

  it('is one of at most a thousand, which may share what they watch', async () => {
    const answers: number[] = []
    for (let i = 0; i < MAX_WATCHERS; i += 100) {
      const some = Array.from({ length: 100 }, () =>
        sandbox.call('POST', '/watchers', { path: '/workspace' }),
      )
      for (const answer of await Promise.all(some)) answers.push(answer.status)
    }
    expect(new Set(answers)).toEqual(new Set([201]))
    const refused = await sandbox.call('POST', '/watchers', { path: '/workspace' })
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { code: 'too_many', error: expect.stringContaining('Destroy some') },
    ])
    const { watchers } = (await sandbox.json('GET', '/watchers')).data
    expect(watchers).toHaveLength(MAX_WATCHERS)
    for (const { channel } of watchers) listener.subscribe(channel)
    await sandbox.run('echo x > for-all')
    const told = () => listener.messages.filter(({ data }) => data?.path === '/workspace/for-all')
    await listener.until(() => told().length >= MAX_WATCHERS)
    expect(new Set(told().map(({ channel }) => channel)).size).toBe(MAX_WATCHERS)
    await Promise.all(watchers.map(({ id }: Answer) => sandbox.call('DELETE', `/watchers/${id}`)))
    expect((await sandbox.json('GET', '/watchers')).data.watchers).toEqual([])
    await watch({ path: '/workspace' })
  })

  it('is refused where too many different things are watched, and works again with one less', async () => {
    await sandbox.run(`mkdir $(seq 1 ${MAX_WATCHES + 1})`)
    const paths = Array.from({ length: MAX_WATCHES }, (_, i) => ({ path: `${i + 1}` }))
    const watchers = await Promise.all(paths.map(watch))
    const more = { path: `${MAX_WATCHES + 1}` }
    const refused = await sandbox.json('POST', '/watchers', more)
    expect(refused).toEqual({
      code: 'too_many',
      error: expect.stringContaining('Watch a directory above them'),
    })
    await sandbox.call('DELETE', `/watchers/${watchers[0].id}`)
    await watch(more)
  })

  it('may have contents only so often', async () => {
    const body = { path: '/workspace', includeContent: true }
    const some = Array.from({ length: MAX_WITH_CONTENT }, () => sandbox.call('POST', '/watchers', body))
    expect(new Set((await Promise.all(some)).map(({ status }) => status))).toEqual(new Set([201]))
    expect((await sandbox.json('POST', '/watchers', body)).code).toBe('too_many')
    await watch({ path: '/workspace' })
  })

  it.each([
    [{}, 400, 'bad_request'],
    [{ path: 7 }, 400, 'bad_request'],
    [{ path: '' }, 400, 'bad_request'],
    [{ path: '../x' }, 400, 'invalid_path'],
    [{ path: 'a\0b' }, 400, 'invalid_path'],
    [{ path: '/no/where' }, 404, 'file_not_found'],
    [{ path: '/etc/passwd' }, 400, 'not_directory'],
    [{ path: '/workspace', ignored: 'node_modules' }, 400, 'bad_request'],
    [{ path: '/workspace', ignored: Array(51).fill('x') }, 400, 'bad_request'],
    [{ path: '/workspace', ignored: ['x'.repeat(257)] }, 400, 'bad_request'],
    [{ path: '/workspace', includeContent: 'yes' }, 400, 'bad_request'],
    [{ path: '/workspace', encoding: 'hex' }, 400, 'bad_request'],
  ])('refuses %j', async (body, status, code) => {
    const answer = await sandbox.call('POST', '/watchers', body)
    const { code: said } = (await answer.json()) as Answer
    expect([answer.status, said]).toEqual([status, code])
    expect((await sandbox.json('GET', '/watchers')).data.watchers).toEqual([])
  })

  it('takes the worst globs, and goes on answering', async () => {
    const ignored = Array.from({ length: 50 }, (_, i) => `${'*a'.repeat(100)}${i}+(a|a)*`)
    const answer = await sandbox.call('POST', '/watchers', { path: '/workspace', ignored })
    expect([201, 400]).toContain(answer.status)
  })
})
