import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProcessRecord, RunResult, SystemProcess } from '@/server/agent-contract'
import { eventually, startAgent, type TestAgent, type TestSocket } from './testing'

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())

const run = async (body: object) => (await agent.call('POST', '/processes/run', { body })).json<RunResult>()
const start = async (body: object) => {
  const reply = await agent.call('POST', '/processes', { body })
  expect(reply.status).toBe(201)
  return reply.json<ProcessRecord>()
}
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a command that is waited for', () => {
  it('tells its outputs, its exit code and its time', async () => {
    const result = await run({
      command: 'pwd; echo "$GREETING $SANDLOT_HIDDEN"; cat; echo oops >&2; exit 3',
      environment: { GREETING: 'hi' },
      stdin: 'from stdin',
    })
    expect(result).toMatchObject({
      exitCode: 3,
      signal: null,
      stdout: `${agent.directory}\nhi \nfrom stdin`,
      stderr: 'oops\n',
      isTruncated: false,
      didTimeOut: false,
    })
    expect(result.durationMs).toBeGreaterThan(0)
  })

  it('runs behind the agent: nicer, first to go when memory is short, in a session of its own', async () => {
    const { stdout } = await run({
      command: 'sleep 0.1; nice; cat /proc/self/oom_score_adj; ps -o sid= -p $$; echo $$',
    })
    const [niceness, score, session, pid] = stdout.trim().split(/\s+/)
    expect(niceness).toBe('5')
    expect(score).toBe('1000')
    expect(session).toBe(pid)
  })

  it('is told as 128 and the signal when one ends it', async () => {
    expect(await run({ command: 'kill -9 $$' })).toMatchObject({ exitCode: 137, signal: 'SIGKILL' })
    expect(await run({ command: 'kill -TERM $$', shell: 'sh' })).toMatchObject({
      exitCode: 143,
      signal: 'SIGTERM',
    })
  })

  it('keeps what the limit allows, counts the rest and does not cut a character', async () => {
    const result = await run({ command: 'yes ää | head -c 50000000', maxOutputBytes: 1001 })
    expect(result.isTruncated).toBe(true)
    expect(result.stdout).toBe(`${'ää\n'.repeat(200)}`)
    const flood = await run({ command: 'head -c 100000000 /dev/zero' })
    expect(flood).toMatchObject({ isTruncated: true, exitCode: 0 })
    expect(flood.stdout.length).toBe(8 * 1024 * 1024)
  })

  it('is ended with its whole group when its time is over, also when it ignores that', async () => {
    const result = await run({
      command: "trap '' TERM; (trap '' TERM; sleep 1000) & echo $!; wait; wait",
      timeoutMs: 100,
    })
    expect(result).toMatchObject({ didTimeOut: true, exitCode: 137, signal: 'SIGKILL' })
    await eventually(() => !isAlive(Number(result.stdout)))
  })

  it('is ended with its whole group when the caller hangs up', async () => {
    const hangUp = new AbortController()
    const marker = `${agent.directory}/pid-of-the-sleeper`
    const waiting = agent.call('POST', '/processes/run', {
      body: { command: `sleep 1000 & echo $! > ${marker}; wait` },
      signal: hangUp.signal,
    })
    let pid = 0
    await eventually(async () => {
      pid = Number((await agent.call('GET', `/files/content?path=${marker}`)).body.toString())
      return pid > 0
    })
    hangUp.abort()
    await expect(waiting).rejects.toThrow()
    await eventually(() => !isAlive(pid))
  })

  it('does not wait for what it left in the background, which lives on', async () => {
    const result = await run({ command: '(while :; do echo alive; sleep 0.05; done) & echo $!' })
    const pid = Number(result.stdout.split('\n').find((line) => /^\d+$/.test(line)))
    expect(isAlive(pid)).toBe(true)
    await agent.call('POST', `/system/processes/${pid}/signal`, { body: { signal: 'SIGKILL' } })
    await eventually(() => !isAlive(pid))
  })

  it('says what is wrong with a request', async () => {
    const cases: [object, string, string][] = [
      [{}, 'bad_request', 'command'],
      [{ command: 'pwd', cwd: '/no/where' }, 'file_not_found', '/no/where'],
      [{ command: 'pwd', cwd: '/etc/passwd' }, 'not_directory', '/etc/passwd'],
      [{ command: 'pwd', shell: '/no/shell' }, 'bad_request', '/no/shell'],
      [{ command: 'pwd', timeoutMs: -1 }, 'bad_request', 'timeoutMs'],
      [{ command: 'pwd', environment: { A: 1 } }, 'bad_request', 'environment.A'],
      [{ command: 'pwd', environment: { 'A=': 'x' } }, 'bad_request', 'environment.A='],
      [{ command: `echo ${'x'.repeat(200_000)}` }, 'too_large', 'too long'],
    ]
    for (const [body, code, words] of cases) {
      expect(await run(body)).toMatchObject({ code, message: expect.stringContaining(words) })
    }
  })
})

describe('a background process', () => {
  it('is found, waited for, and read by stream and offset', async () => {
    const record = await start({ id: 'job.1', command: 'echo one; echo two >&2; echo three' })
    expect(record).toMatchObject({ id: 'job.1', status: 'running', exitCode: null, endedAtMs: null })
    const ended = (await agent.call('GET', '/processes/job.1/wait')).json<ProcessRecord>()
    expect(ended).toMatchObject({ status: 'exited', exitCode: 0, stdoutBytes: 10, stderrBytes: 4 })
    const output = (more: string) => agent.call('GET', `/processes/job.1/output?${more}`)
    expect((await output('stream=stdout')).body.toString()).toBe('one\nthree\n')
    expect((await output('stream=stderr')).body.toString()).toBe('two\n')
    expect((await output('')).body.toString()).toHaveLength(14)
    const part = await output('stream=stdout&offset=4&limit=3')
    expect(part.body.toString()).toBe('thr')
    expect(part.headers).toMatchObject({ 'sandlot-offset': '4', 'sandlot-end': '10' })
    const list = (await agent.call('GET', '/processes')).json<{ processes: ProcessRecord[] }>()
    expect(list.processes.map((each) => each.id)).toContain('job.1')
    expect((await output('stream=other')).json()).toMatchObject({ code: 'bad_request' })
  })

  it('that floods keeps its last 8 MiB, and a wait that takes too long is 408', async () => {
    const { id } = await start({ command: 'yes 0123456789 | head -c 60000000; sleep 1000' })
    await eventually(async () => {
      return (await agent.call('GET', `/processes/${id}`)).json<ProcessRecord>().stdoutBytes === 60_000_000
    })
    const wait = await agent.call('GET', `/processes/${id}/wait?timeoutMs=10`)
    expect([wait.status, wait.json<{ code: string }>().code]).toEqual([408, 'timed_out'])
    const kept = await agent.call('GET', `/processes/${id}/output?stream=stdout&offset=0&limit=8388608`)
    expect(kept.body.length).toBeLessThanOrEqual(8 * 1024 * 1024)
    expect(kept.body.length).toBeGreaterThan(7 * 1024 * 1024)
    expect(Number(kept.headers['sandlot-offset'])).toBe(60_000_000 - kept.body.length)
    await agent.call('DELETE', `/processes/${id}`)
  })

  it('takes signals as a group, and is forgotten when deleted', async () => {
    const { id, pid } = await start({ command: 'sleep 1000 & sleep 1000' })
    await agent.call('POST', `/processes/${id}/signal`, { body: { signal: 'SIGTERM' } })
    const ended = (await agent.call('GET', `/processes/${id}/wait`)).json<ProcessRecord>()
    expect(ended).toMatchObject({ exitCode: 143, signal: 'SIGTERM' })
    await eventually(() => !isAlive(-pid))
    expect((await agent.call('DELETE', `/processes/${id}`)).status).toBe(204)
    expect((await agent.call('GET', `/processes/${id}`)).json()).toMatchObject({ code: 'process_not_found' })
    const bad = await agent.call('POST', '/processes/x/signal', { body: { signal: 'SIGNONE' } })
    expect(bad.json()).toMatchObject({ code: 'process_not_found' })
  })

  it('has an id of its own', async () => {
    await start({ id: 'taken', command: 'sleep 1000' })
    const again = await agent.call('POST', '/processes', { body: { id: 'taken', command: 'true' } })
    expect(again.json()).toMatchObject({ code: 'already_exists' })
    for (const id of ['', '../x', 'a b', 'x'.repeat(200)]) {
      const bad = await agent.call('POST', '/processes', { body: { id, command: 'true' } })
      expect(bad.json()).toMatchObject({ code: 'bad_request' })
    }
    await agent.call('DELETE', '/processes/taken')
  })

  it('streams what it says as it says it, and to who comes back from where they were', async () => {
    const { id } = await start({ command: 'for i in $(seq 1 2000); do echo out-$i; echo err-$i >&2; done' })
    const first = await agent.open(`/processes/${id}/stream`)
    await first.until(() => first.frames.length > 3)
    first.terminate()
    const taken = split(first)
    const second = await agent.open(
      `/processes/${id}/stream?offset=${taken.stdout.length + taken.stderr.length}`,
    )
    await second.until(() => second.closed)
    expect(second.find('exit')).toEqual({ type: 'exit', exitCode: 0, signal: null })
    const rest = split(second)
    const whole = (name: string) => Array.from({ length: 2000 }, (_, i) => `${name}-${i + 1}\n`).join('')
    expect(taken.stdout + rest.stdout).toBe(whole('out'))
    expect(taken.stderr + rest.stderr).toBe(whole('err'))
  })
})

/** The frames of a stream, by what announced each. */
function split(socket: TestSocket): { stdout: string; stderr: string } {
  const announced = socket.messages.filter((message) => message.type === 'output')
  const outputs = { stdout: '', stderr: '' }
  for (const [i, frame] of socket.frames.entries()) {
    const stream = announced[i]?.stream === 'stderr' ? 'stderr' : 'stdout'
    outputs[stream] += frame.toString()
  }
  return outputs
}

describe('the list of all that runs', () => {
  const list = async () =>
    (await agent.call('GET', '/system/processes')).json<{ processes: SystemProcess[] }>().processes

  it('tells what belongs to what, with its share of processor and memory', async () => {
    const { id, pid } = await start({ command: 'while :; do :; done & exec sleep 1000' })
    await list()
    let burner: SystemProcess | undefined
    await eventually(async () => {
      burner = (await list()).find((each) => each.parentPid === pid)
      return (burner?.cpuPercent ?? 0) > 20
    })
    expect(burner).toMatchObject({ processId: id, state: expect.stringMatching(/^[RSD]$/) })
    expect(burner?.memoryBytes).toBeGreaterThan(0)
    const sleeper = (await list()).find((each) => each.pid === pid)
    expect(sleeper).toMatchObject({
      processId: id,
      name: 'sleep',
      command: 'sleep 1000',
      parentPid: expect.any(Number),
    })
    expect(Math.abs((sleeper?.startedAtMs ?? 0) - Date.now())).toBeLessThan(60_000)
    await agent.call('DELETE', `/processes/${id}`)
  })

  it('tells whose terminal a process is on', async () => {
    const { id } = (await agent.call('POST', '/terminals', { body: { command: 'sleep 777 & wait' } })).json<{
      id: string
    }>()
    await eventually(async () =>
      (await list()).some((each) => each.command === 'sleep 777' && each.terminalId === id),
    )
    await agent.call('DELETE', `/terminals/${id}`)
  })

  it('takes signals, but not to what is none of the sandbox’s', async () => {
    const signal = (pid: string | number) =>
      agent.call('POST', `/system/processes/${pid}/signal`, { body: { signal: 'SIGKILL' } })
    const { id, pid } = await start({ command: 'exec sleep 1000' })
    expect((await signal(pid)).status).toBe(204)
    expect((await agent.call('GET', `/processes/${id}/wait`)).json()).toMatchObject({ signal: 'SIGKILL' })
    expect((await signal(agent.pid)).json()).toMatchObject({ code: 'permission_denied' })
    expect((await signal(4_000_000)).json()).toMatchObject({ code: 'process_not_found' })
    for (const bad of ['0', '-1', 'abc', '1e3'])
      expect((await signal(bad)).json()).toMatchObject({ code: 'bad_request' })
    const wrong = await agent.call('POST', `/system/processes/${pid}/signal`, { body: { signal: 'KILL' } })
    expect(wrong.json()).toMatchObject({ code: 'bad_request', message: expect.stringContaining('signal') })
  })
})
