import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type Stack, startStack } from '@/server/protocols/stack.test-support'
import type { Sandbox } from './sandbox/sandbox'
import { Sandlot } from './sandlot'

let stack: Stack
let sandlot: Sandlot
let sandbox: Sandbox

beforeAll(async () => {
  stack = await startStack()
  const { key } = await stack.newOwner()
  sandlot = new Sandlot({ url: `${stack.origin}/`, apiKey: key, WebSocket })
})
beforeEach(async () => {
  sandbox = await sandlot.create()
})
afterAll(() => stack.stop())

const isRunning = async (command: string) =>
  (await sandbox.api.processes()).some((each) => each.command.includes(command))

describe('those who make sandboxes', () => {
  it('find neither what is gone nor what is somebody else has', async () => {
    const { key } = await stack.newOwner()
    const stranger = new Sandlot({ url: stack.origin, apiKey: key })
    expect(await stranger.getById(sandbox.sandboxId)).toBeNull()
    await stranger.destroy(sandbox.sandboxId)
    expect((await sandbox.getInfo()).status).toBe('running')
    await sandlot.destroy(sandbox.sandboxId)
    await sandlot.destroy(sandbox.sandboxId)
    expect(await sandlot.getById(sandbox.sandboxId)).toBeNull()
    await expect(sandlot.extendTimeout(sandbox.sandboxId)).rejects.toMatchObject({ status: 404 })
  })

  it('are told of a key that is none', async () => {
    const nobody = new Sandlot({ url: stack.origin, apiKey: 'sk_wrong' })
    await expect(nobody.create()).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(nobody.getById('x')).rejects.toMatchObject({ code: 'unauthorized' })
  })
})

describe('commands', () => {
  it('end with their time, also where their output is followed', async () => {
    const plain = sandbox.runCommand('sleep 1001', { timeout: 300 })
    const followed = sandbox.runCommand('echo begun; sleep 1002', { timeout: 600, onStdout: () => undefined })
    await expect(plain).rejects.toMatchObject({ code: 'timed_out', message: /300 ms/ })
    await expect(followed).rejects.toMatchObject({ code: 'timed_out' })
    await vi.waitUntil(async () => !(await isRunning('sleep 1001')) && !(await isRunning('sleep 1002')), {
      timeout: 10_000,
    })
  })

  it('end when their caller says so', async () => {
    const ending = new AbortController()
    const running = sandbox.runCommand('sleep 1003', { signal: ending.signal })
    await vi.waitUntil(() => isRunning('sleep 1003'), { timeout: 5000 })
    ending.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    await vi.waitUntil(async () => !(await isRunning('sleep 1003')), { timeout: 10_000 })
  })

  it('tell their outputs apart, whole and in order', async () => {
    const seen = { stdout: '', stderr: '' }
    const result = await sandbox.runCommand('seq 1 50000; echo é >&2; exit 7', {
      onStdout: (text) => {
        seen.stdout += text
      },
      onStderr: (text) => {
        seen.stderr += text
      },
    })
    expect(seen.stdout.split('\n')).toHaveLength(50_001)
    expect(seen.stderr).toBe('é\n')
    expect(result).toMatchObject({ ...seen, exitCode: 7 })
  })

  it('go on in the background while their output is told', async () => {
    const seen: string[] = []
    const result = await sandbox.runCommand('echo one; sleep 0.2; echo two', {
      background: true,
      onStdout: (text) => seen.push(text),
    })
    expect(result).toEqual({ stdout: '', stderr: '', exitCode: 0, durationMs: 0 })
    await vi.waitUntil(() => seen.join('') === 'one\ntwo\n', { timeout: 10_000 })
  })

  it('fail where the sandbox ends while their output is followed', async () => {
    const running = sandbox.runCommand('echo begun; sleep 1004', {
      onStdout: () => void sandlot.destroy(sandbox.sandboxId),
    })
    const outcome = await running.then(
      ({ exitCode }) => exitCode,
      (error) => error.code,
    )
    expect([137, 'sandbox_not_found']).toContain(outcome)
  })

  it.each([
    ['a time that no timer can wait', { timeout: 2 ** 31 }],
    ['a negative time', { timeout: -1 }],
    ['no number', { timeout: Number.NaN }],
    ['a time for the background', { timeout: 5, background: true }],
    ['a directory that is not there', { cwd: '/nowhere' }],
  ])('are refused with %s', async (_, options) => {
    await expect(sandbox.runCommand('true', options)).rejects.toMatchObject({ code: 'bad_request' })
  })
})

describe('files', () => {
  it.each(['/a b/#?%2F&=.txt', '/日本/é😀', '/.hidden/..x', 'relative/x', '/"\'\\'])(
    '%s is written, read, listed and removed',
    async (path) => {
      const content = '\ufeffline\r\n\0é😀'
      await sandbox.filesystem.writeFile(path, content)
      expect(await sandbox.filesystem.readFile(path)).toBe(content)
      expect(await sandbox.file.exists(path)).toBe(true)
      expect((await sandbox.api.stat(path)).size).toBe(new TextEncoder().encode(content).length)
      await sandbox.file.destroy(path)
      expect(await sandbox.filesystem.exists(path)).toBe(false)
    },
  )

  it.each(['', '/a/../b', '../x', '..', '/\ud800', '/nul\0'])('%j is refused as a path', async (path) => {
    const refused = { code: 'invalid_path' }
    await expect(sandbox.filesystem.readFile(path)).rejects.toMatchObject(refused)
    await expect(sandbox.filesystem.writeFile(path, '')).rejects.toMatchObject(refused)
    await expect(sandbox.filesystem.remove(path)).rejects.toMatchObject(refused)
    expect(await sandbox.filesystem.exists(path)).toBe(false)
  })

  it('larger than a message of JSON may be are written and read', async () => {
    const content = '"\n'.repeat(20 * 1024 * 1024)
    await sandbox.filesystem.writeFile('/large', content)
    expect((await sandbox.filesystem.readFile('/large')) === content).toBe(true)
  })

  it('are not uploaded with progress by what is no browser', async () => {
    const uploading = sandbox.api.upload('/x', new Blob(['x']))
    await expect(uploading).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('are not said to exist where nobody can be asked', async () => {
    const { Sandbox } = await import('./sandbox/sandbox')
    const nowhere = new Sandbox({ sandboxUrl: 'http://127.0.0.1:1/sandboxes/x', token: 't' })
    expect(await nowhere.filesystem.exists('/')).toBe(false)
    expect(await nowhere.env.exists('.env')).toBe(false)
    expect(await nowhere.isHealthy()).toBe(false)
    await expect(nowhere.filesystem.readFile('/x')).rejects.toMatchObject({ code: 'unavailable' })
  })
})

it.each(['..', '.', '', 'a/b', '\ud800'])('the id %j leads to no other call', async (id) => {
  const calls = [
    sandbox.watcher.destroy(id),
    sandbox.terminal.destroy(id),
    sandbox.server.stop(id),
    sandbox.filesystem.overlay.destroy(id),
    sandbox.sessionTokens.retrieve(id),
    sandbox.child.destroy(id),
    sandlot.extendTimeout(id),
  ]
  for (const result of await Promise.allSettled(calls))
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'SandboxError' } })
  expect((await sandbox.getInfo()).status).toBe('running')
})

describe('terminals', () => {
  it.each(['raw', 'base64'] as const)(
    'with %s output give text whole, however it was cut',
    async (encoding) => {
      const pty = await sandbox.terminal.create({ pty: true, encoding })
      let seen = ''
      pty.on('output', (text) => {
        seen += text
      })
      pty.write('stty -echo; for n in $(seq 3000); do printf "é😀"; done; printf "%s" done\n')
      await vi.waitUntil(() => seen.includes('😀done'), { timeout: 15_000 })
      expect(seen).toContain('é😀'.repeat(3000))
      await pty.destroy()
    },
  )

  it('take a paste of any length', async () => {
    const pty = await sandbox.terminal.create({ pty: true })
    pty.write('stty raw -echo; echo rea""dy; head -c 400000 | md5sum; stty sane\n')
    let seen = ''
    pty.on('output', (text) => {
      seen += text
    })
    await vi.waitUntil(() => seen.includes('ready'), { timeout: 10_000 })
    pty.write('x😀'.repeat(80_000))
    const { stdout } = await sandbox.runCommand(`node -p "'x😀'.repeat(80000)" | head -c 400000 | md5sum`)
    await vi.waitUntil(() => seen.includes(stdout.slice(0, 32)), { timeout: 15_000 })
    await pty.destroy()
  })

  it('say once that their shell has ended', async () => {
    const pty = await sandbox.terminal.create({ pty: true })
    const ended = vi.fn()
    const complaint = new Promise((resolve) => pty.on('error', resolve))
    pty.on('destroyed', ended)
    pty.write('exit\n')
    await vi.waitUntil(() => !pty.isRunning(), { timeout: 10_000 })
    pty.write('too late')
    expect(await complaint).toMatch(/has ended/)
    await pty.destroy()
    expect(ended).toHaveBeenCalledTimes(1)
  })

  it('refuse what is for the other kind', async () => {
    const pty = await sandbox.terminal.create({ pty: true })
    const exec = await sandbox.terminal.create()
    expect(() => pty.command).toThrow(/pty: false/)
    expect(() => exec.write('x')).toThrow(/command.run/)
    expect(() => exec.resize(80, 24)).toThrow(/command.run/)
    for (const side of [0, 1001, 1.5, Number.NaN]) expect(() => pty.resize(side, 24)).toThrow(/1 to 1000/)
    await pty.destroy()
  })
})

describe('what follows a sandbox', () => {
  it('is told that its token was revoked', async () => {
    const { Sandbox } = await import('./sandbox/sandbox')
    const { id, token } = await sandbox.sessionTokens.create()
    const other = new Sandbox({ sandboxUrl: sandbox.sandboxUrl, token, WebSocket })
    const watcher = await other.watcher.create('/tmp')
    const ended = new Promise<void>((resolve) => watcher.on('destroyed', resolve))
    await sandbox.sessionTokens.revoke(id)
    await ended
    expect(watcher.isActive()).toBe(false)
  })

  it('leaves nothing behind where there is no WebSocket', async () => {
    const { Sandbox } = await import('./sandbox/sandbox')
    const { token } = await sandbox.sessionTokens.create()
    vi.stubGlobal('WebSocket', undefined)
    const other = new Sandbox({ sandboxUrl: sandbox.sandboxUrl, token })
    const refused = { code: 'unsupported' }
    await expect(other.watcher.create('/tmp')).rejects.toMatchObject(refused)
    await expect(other.terminal.create({ pty: true })).rejects.toMatchObject(refused)
    await expect(other.signals.start()).rejects.toMatchObject(refused)
    vi.unstubAllGlobals()
    expect(await sandbox.watcher.list()).toEqual([])
    expect(await sandbox.terminal.list()).toEqual([])
    expect((await sandbox.signals.status()).status).toBe('stopped')
  })
})

describe('getInfo', () => {
  it('says what is true of a stopped sandbox, and to whom it may be said', async () => {
    const made = await sandlot.create({ templateId: 'python', timeout: 60_000, metadata: { team: 'red' } })
    const before = await made.getInfo()
    expect(before).toMatchObject({ runtime: 'python', status: 'running', metadata: { team: 'red' } })
    expect(before.timeout).toBe(60_000)
    const { Sandbox } = await import('./sandbox/sandbox')
    const { token } = await made.sessionTokens.create({ role: 'view' })
    await sandlot.stop(made.sandboxId)
    const after = await new Sandbox({ sandboxUrl: made.sandboxUrl, token }).getInfo()
    expect(after).toMatchObject({ status: 'stopped', createdAt: before.createdAt })
    expect(after.metadata).toBeUndefined()
  })
})
