import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Health, RunResult, SystemProcess, TerminalInfo } from '@/server/agent-contract'
import { eventually, startAgent, type TestAgent } from './testing'

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())

/** What comes back for these bytes on a connection of their own. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const connection = createConnection(agent.socketPath, () => connection.end(text))
    let answer = ''
    connection.on('data', (chunk) => {
      answer += chunk
    })
    connection.on('close', () => resolve(answer))
    // Refused in the midst of being written to; `close` follows.
    connection.on('error', () => undefined)
  })
}

/** What is said to a body of that length before any of it has come. */
async function answerTo(path: string, bodyBytes: number): Promise<string> {
  const connection = createConnection(agent.socketPath)
  connection.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-secret-of-the-tests\r\nContent-Length: ${bodyBytes}\r\n\r\n`,
  )
  let answer = ''
  for await (const chunk of connection) {
    answer += chunk
    if (answer.endsWith('}')) break
  }
  return answer
}

describe('the secret', () => {
  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Bearer a-secret-of-the-test',
    'Bearer a-secret-of-the-tests2',
    'Basic x',
  ])('“%s” is not it', async (authorization) => {
    for (const path of ['/health', '/files/stat?path=/', '/nothing']) {
      const reply = await agent.call('GET', path, { headers: { authorization } })
      expect([reply.status, reply.json<{ code: string }>().code]).toEqual([401, 'unauthorized'])
    }
    await expect(agent.open('/ports/events', { authorization })).rejects.toThrow('status 401')
  })

  it('does not reach what runs inside', async () => {
    const { stdout } = (
      await agent.call('POST', '/processes/run', {
        body: { command: `env; tr '\\0' '\\n' < /proc/$PPID/cmdline` },
      })
    ).json<RunResult>()
    expect(stdout).toContain('PATH=')
    expect(stdout).not.toContain('a-secret-of-the-tests')
    expect(stdout).not.toContain('SANDLOT_')
    expect(stdout).not.toContain('BUN_JSC_')
  })
})

describe('requests', () => {
  it('are answered with the version of the contract', async () => {
    const health = (await agent.call('GET', '/health')).json<Health>()
    expect(health).toEqual({ contractVersion: 1, uptimeMs: expect.any(Number) })
  })

  it('that nobody knows are refused by their own code', async () => {
    expect((await agent.call('GET', '/nothing')).json()).toMatchObject({ code: 'not_found' })
    expect((await agent.call('GET', '/terminals/a/b/c')).json()).toMatchObject({ code: 'not_found' })
    expect((await agent.call('PATCH', '/files')).json()).toMatchObject({ code: 'method_not_allowed' })
    expect((await agent.call('GET', '/watch?path=/')).json()).toMatchObject({ code: 'method_not_allowed' })
    await expect(agent.open('/health')).rejects.toThrow('status 405')
  })

  it('with a body that is no JSON, of another form or too large are refused', async () => {
    const configure = (body: string | object, headers = {}) =>
      agent.call('POST', '/configure', { body, headers })
    expect((await configure('')).json()).toMatchObject({ code: 'bad_request' })
    expect((await configure('{"directory":')).json()).toMatchObject({ code: 'bad_request' })
    expect((await configure('[]')).json()).toMatchObject({ code: 'bad_request' })
    expect((await configure({ directory: '/tmp' })).json()).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('environment'),
    })
    expect((await configure({ directory: 'relative', environment: {} })).json()).toMatchObject({
      code: 'invalid_path',
    })
    const wrongName = { directory: agent.directory, environment: { 'A=B': 'x' } }
    expect((await configure(wrongName)).json()).toMatchObject({ code: 'bad_request' })
    const declared = await raw(
      'POST /configure HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-secret-of-the-tests\r\nContent-Length: 10737418240\r\n\r\n{',
    )
    expect(declared === '' || declared.includes('413')).toBe(true)
    const made = `${agent.directory}/cut`
    const start = `{"path":"${made}"}`
    await raw(
      `POST /files/directory HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-secret-of-the-tests\r\nContent-Length: ${start.length + 1}\r\n\r\n${start}`,
    )
    expect((await agent.call('GET', `/files/stat?path=${made}`)).json()).toMatchObject({
      code: 'file_not_found',
    })
    // By its length alone: whoever sends all of it may find the connection closed before the answer is read.
    expect(await answerTo('/configure', 17 * 1024 * 1024)).toContain('"code":"too_large"')
    expect((await agent.call('GET', '/health')).status).toBe(200)
  })

  it('that are no HTTP do not disturb the others', async () => {
    await raw('\0\x01\x02 nonsense\r\n\r\n')
    await raw('GET / HTTP/9.9\r\n\r\n')
    await raw(`GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`)
    expect((await agent.call('GET', '/health')).status).toBe(200)
  })
})

describe('a configuration', () => {
  it('gives all later processes its directory and environment', async () => {
    const directory = `${agent.directory}/made/here`
    const body = { directory, environment: { COLOUR: 'green' } }
    expect((await agent.call('POST', '/configure', { body })).status).toBe(204)
    const run = { body: { command: 'pwd; echo $COLOUR' } }
    const { stdout } = (await agent.call('POST', '/processes/run', run)).json<RunResult>()
    expect(stdout).toBe(`${directory}\ngreen\n`)
  })
})

describe('under load', () => {
  const residentBytes = () => {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))
    return Number(match?.[1]) * 1024
  }

  it('its memory does not follow what processes say', async () => {
    const flood = 'yes 0123456789abcdef | head -c 400000000'
    const before = residentBytes()
    const { id } = (await agent.call('POST', '/processes', { body: { command: flood } })).json<{
      id: string
    }>()
    const terminal = (
      await agent.call('POST', '/terminals', { body: { command: flood } })
    ).json<TerminalInfo>()
    await agent.call('GET', `/processes/${id}/wait?timeoutMs=60000`)
    await eventually(async () => {
      return (await agent.call('GET', `/terminals/${terminal.id}`)).json<TerminalInfo>().status === 'exited'
    })
    expect(residentBytes() - before).toBeLessThan(150 * 1024 * 1024)
  }, 90_000)

  it('it answers while others burn all processor time', async () => {
    const burn = { body: { command: 'for i in 1 2 3 4 5 6 7 8; do (while :; do :; done) & done; wait' } }
    const { id } = (await agent.call('POST', '/processes', burn)).json<{ id: string }>()
    for (let i = 0; i < 50; i++) expect((await agent.call('GET', '/health')).status).toBe(200)
    const run = { body: { command: 'echo here' } }
    expect((await agent.call('POST', '/processes/run', run)).json<RunResult>().stdout).toBe('here\n')
    await agent.call('DELETE', `/processes/${id}`)
  })
})

describe('as pid 1 of a namespace', () => {
  let first: TestAgent
  beforeAll(async () => {
    const own = ['--unshare-user', '--unshare-pid', '--as-pid-1', '--die-with-parent', '--cap-drop', 'ALL']
    first = await startAgent(['bwrap', ...own, '--dev-bind', '/', '/', '--proc', '/proc', '--'])
  })
  afterAll(() => first.stop())
  const run = async (command: string) =>
    (await first.call('POST', '/processes/run', { body: { command } })).json<RunResult>()
  const list = async () =>
    (await first.call('GET', '/system/processes')).json<{ processes: SystemProcess[] }>().processes

  it('reaps what loses its parent, and still learns the exit codes of its own', async () => {
    expect((await run('echo $PPID')).stdout).toBe('1\n')
    const codes = Array.from({ length: 60 }, (_, i) => i)
    const commands = codes.map(
      (code) => `for i in 1 2 3; do (sleep 0.0$i & sleep 0.01 &) ; done; exit ${code}`,
    )
    const results = await Promise.all(commands.map(run))
    expect(results.map((result) => result.exitCode)).toEqual(codes)
    await eventually(async () => (await list()).length === 1)
    expect((await list())[0]).toMatchObject({ pid: 1 })
  })

  it('is closed to the code beside it', async () => {
    for (const file of ['environ', 'mem', 'fd/0', 'maps', 'exe']) {
      const { exitCode, stdout, stderr } = await run(`head -c 1 /proc/1/${file}`)
      expect([file, exitCode, stdout]).toEqual([file, 1, ''])
      expect(stderr).toContain('denied')
    }
  })

  it('outlives every signal from inside', async () => {
    expect((await run('for s in $(seq 64); do kill -$s 1; done; kill -9 -1; echo sent')).stdout).toBe(
      'sent\n',
    )
    expect((await run('echo still')).stdout).toBe('still\n')
  })
})

describe('started nice, as all of Sandlot may be', () => {
  const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
  it.each([
    ['10', '15'],
    ['17', '19'],
  ])('at %s it runs programs at %s', async (own, theirs) => {
    // As no root: root is let back to a better priority, and would hide the mistake.
    const agent = await startAgent([...(process.getuid?.() === 0 ? asNobody : []), 'nice', '-n', own])
    try {
      const command = `while [ $(nice) = ${own} ]; do :; done; nice`
      const reply = await agent.call('POST', '/processes/run', { body: { command } })
      expect(reply.json()).toMatchObject({ exitCode: 0, stdout: `${theirs}\n` })
    } finally {
      await agent.stop()
    }
  })
})

describe('as an ordinary user', () => {
  let ordinary: TestAgent
  beforeAll(async () => {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    ordinary = await startAgent(process.getuid?.() === 0 ? nobody : [])
  })
  afterAll(() => ordinary.stop())

  it('its processes run behind it, and cannot look into it', async () => {
    const command = 'id -u; nice; cat /proc/self/oom_score_adj; cat /proc/$PPID/environ'
    for (let i = 0; i < 20; i++) {
      const reply = await ordinary.call('POST', '/processes/run', { body: { command } })
      const { stdout, stderr } = reply.json<RunResult>()
      const [uid, niceness, score, ...rest] = stdout.trim().split('\n')
      expect([Number(uid) > 0, niceness, score, rest]).toEqual([true, '5', '1000', []])
      expect(stderr).toContain('denied')
    }
  })

  it('is refused what the user may not, by its own code', async () => {
    const write = await ordinary.call('PUT', '/files/content?path=/etc/of-the-tests', { body: 'x' })
    expect(write.json()).toMatchObject({ code: 'permission_denied' })
    const read = await ordinary.call('GET', '/files/content?path=/etc/shadow')
    expect(read.json()).toMatchObject({ code: 'permission_denied' })
    const signal = await ordinary.call('POST', '/system/processes/1/signal', { body: { signal: 'SIGTERM' } })
    expect(signal.json()).toMatchObject({ code: 'permission_denied' })
  })
})
