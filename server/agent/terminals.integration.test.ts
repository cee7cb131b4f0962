import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AgentError, TerminalInfo } from '@/server/agent-contract'
import { eventually, startAgent, type TestAgent, type TestSocket } from './testing'

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())

async function openTerminal(body: object): Promise<TerminalInfo> {
  const reply = await agent.call('POST', '/terminals', { body })
  expect(reply.status).toBe(201)
  return reply.json()
}

/** A viewer that acknowledges all it takes, as a browser does. */
async function view(id: string, query = ''): Promise<TestSocket> {
  const viewer = await agent.open(`/terminals/${id}/stream?${query}`)
  await viewer.until(() => viewer.find('start'))
  return viewer
}

async function readToEnd(viewer: TestSocket): Promise<void> {
  let offset = Number(viewer.find('start')?.offset)
  let seen = 0
  await viewer.until(() => {
    for (; seen < viewer.frames.length; seen++) offset += viewer.frames[seen]?.length ?? 0
    if (!viewer.closed) viewer.send({ type: 'ack', offset })
    return viewer.find('exit')
  })
}

describe('a terminal', () => {
  it('runs a login shell in the working directory, with an environment free of the agent’s own', async () => {
    const { id, title } = await openTerminal({ shell: 'bash' })
    expect(title).toBe('bash')
    const viewer = await view(id, 'role=writer')
    viewer.type(
      'shopt -q login_shell && echo login-$((1+1)); pwd; echo "[$SANDLOT_HIDDEN$TERM/$COLORTERM]"; tty\n',
    )
    await viewer.until(() => viewer.text.includes('/dev/pts/'))
    expect(viewer.text).toContain('login-2')
    expect(viewer.text).toContain(agent.directory)
    expect(viewer.text).toContain('[xterm-256color/truecolor]')
    viewer.type('exit 7\n')
    await viewer.until(() => viewer.closed)
    expect(viewer.find('exit')).toEqual({ type: 'exit', exitCode: 7 })
    expect((await agent.call('GET', `/terminals/${id}`)).json<TerminalInfo>()).toMatchObject({
      status: 'exited',
      exitCode: 7,
    })
  })

  it('tells a program that was killed as 128 and the signal', async () => {
    const { id } = await openTerminal({ command: 'kill -9 $$' })
    const viewer = await view(id)
    await viewer.until(() => viewer.closed)
    expect(viewer.find('exit')?.exitCode).toBe(137)
  })

  it('moves sizes to the nearest that is possible', async () => {
    for (const [asked, given] of [
      [0, 1],
      [10_000, 1000],
      [-5, 1],
      [120, 120],
    ]) {
      const info = await openTerminal({ command: 'sleep 100', cols: asked, rows: asked })
      expect([info.cols, info.rows]).toEqual([given, given])
      const writer = await view(info.id, 'role=writer')
      writer.send({ type: 'resize', cols: asked, rows: 50 })
      await writer.until(() => writer.find('resize'))
      expect(writer.find('resize')).toEqual({ type: 'resize', cols: given, rows: 50 })
      await agent.call('DELETE', `/terminals/${info.id}`)
    }
    const bad = await agent.call('POST', '/terminals', { body: { cols: 1.5 } })
    expect(bad.json()).toMatchObject({ code: 'bad_request', message: expect.stringContaining('cols') })
  })

  it('is gone after DELETE, with a program that ignores the hang-up', async () => {
    const { id, pid } = await openTerminal({
      command: "trap '' HUP TERM; echo here; while :; do sleep 1; done",
    })
    const viewer = await view(id)
    await viewer.until(() => viewer.text.includes('here'))
    expect((await agent.call('DELETE', `/terminals/${id}`)).status).toBe(204)
    expect(() => process.kill(pid, 0)).toThrow()
    expect((await agent.call('GET', `/terminals/${id}`)).json()).toMatchObject({ code: 'terminal_not_found' })
    await viewer.until(() => viewer.closed)
  })

  it('opens where it still can when its directory is gone, and says so', async () => {
    const parent = agent.directory.slice(0, agent.directory.lastIndexOf('/'))
    for (const [loss, back] of [
      ['rm -rf "$PWD"', 'mkdir "$PWD"'],
      ['rmdir "$PWD"; touch "$PWD"', 'rm "$PWD"; mkdir "$PWD"'],
    ]) {
      const run = (command: string) =>
        agent.call('POST', '/processes/run', {
          body: { command: `PWD='${agent.directory}'; ${command}`, cwd: '/' },
        })
      await run(loss)
      const { id } = await openTerminal({ command: 'pwd' })
      const viewer = await view(id)
      await viewer.until(() => viewer.closed)
      const notice = `${agent.directory} cannot be entered. This terminal starts in ${parent} instead.`
      expect(viewer.text).toBe(`${notice}\r\n${parent}\r\n`)
      // A command is not run elsewhere than it was meant for.
      const { code, message } = (
        await agent.call('POST', '/processes/run', { body: { command: 'true' } })
      ).json<AgentError>()
      expect(code).toMatch(/^(file_not_found|not_directory)$/)
      expect(message).toContain(agent.directory)
      await run(back)
    }
  })

  it('says what is wrong with a request', async () => {
    const cases: [object, string][] = [
      [{ cwd: '/nowhere' }, 'file_not_found'],
      [{ cwd: 'relative' }, 'invalid_path'],
      [{ shell: 'no-such-shell' }, 'bad_request'],
      [{ environment: { 'A=B': 'x' } }, 'bad_request'],
      [{ environment: { A: 5 } }, 'bad_request'],
      [{ command: 'a\0b' }, 'bad_request'],
      [{ shell: '/bin/bash\0x' }, 'bad_request'],
      [{ shell: '/bin/bash\0x', command: 'true' }, 'bad_request'],
    ]
    for (const [body, code] of cases) {
      expect((await agent.call('POST', '/terminals', { body })).json()).toMatchObject({ code })
    }
    await expect(agent.open('/terminals/no-such/stream')).rejects.toThrow('status 404')
  })
})

describe('output', () => {
  it('goes on at an offset without a lost or doubled byte when a viewer is killed in the middle', async () => {
    const { id } = await openTerminal({ command: 'seq 1 200000' })
    const first = await view(id)
    await first.until(() => first.outputBytes > 100_000)
    first.terminate()
    const taken = first.output
    const second = await view(id, `offset=${taken.length}`)
    expect(second.find('start')?.offset).toBe(taken.length)
    await readToEnd(second)
    const whole = Buffer.concat([taken, second.output]).toString()
    expect(whole).toBe(Array.from({ length: 200_000 }, (_, i) => `${i + 1}\r\n`).join(''))
  })

  it('reaches several viewers whole, whenever they come', async () => {
    const { id } = await openTerminal({ command: 'read go; seq 1 20000; read stop' })
    const writer = await view(id, 'role=writer')
    const early = await view(id)
    writer.type('go\n')
    await Promise.all(
      [writer, early].map((viewer) => viewer.until(() => viewer.text.includes('\r\n20000\r\n'))),
    )
    const late = await view(id)
    await late.until(() => late.text.includes('\r\n20000\r\n'))
    expect(early.text).toBe(writer.text)
    expect(late.text).toBe(writer.text)
    writer.type('stop\n')
    await Promise.all([writer, early, late].map((viewer) => viewer.until(() => viewer.closed)))
  })

  it('stops at the window until the viewer acknowledges', async () => {
    const window = 1024 * 1024
    const { id } = await openTerminal({ command: 'head -c 3000000 /dev/zero | tr "\\0" x' })
    const viewer = await view(id)
    await eventually(async () => {
      const info = (await agent.call('GET', `/terminals/${id}`)).json<TerminalInfo>()
      return info.status === 'exited'
    })
    await viewer.until(() => viewer.outputBytes >= window)
    // A question asked and answered since: what was to come would have come.
    await agent.call('GET', '/health')
    expect(viewer.outputBytes).toBe(window)
    viewer.send({ type: 'ack', offset: 500_000 })
    await viewer.until(() => viewer.outputBytes >= window + 500_000)
    await readToEnd(viewer)
    expect(viewer.outputBytes).toBe(3_000_000)
  })

  it('is not held up by a viewer that takes nothing, which skips with a gap what it missed', async () => {
    const { id } = await openTerminal({ command: 'yes 0123456789' })
    const viewer = await view(id, 'role=writer')
    await eventually(async () => {
      const info = (await agent.call('GET', `/terminals/${id}`)).json<TerminalInfo>()
      return info.startOffset > 20_000_000
    })
    viewer.send({ type: 'ack', offset: viewer.outputBytes })
    await viewer.until(() => viewer.find('gap'))
    const gap = viewer.find('gap')
    expect(Number(gap?.offset)).toBeGreaterThan(20_000_000)
    // A gap begins after the end of a line.
    await viewer.until(() => viewer.outputBytes > 1_100_000)
    expect(viewer.output.subarray(1024 * 1024, 1024 * 1024 + 12).toString()).toBe('0123456789\r\n')
    viewer.type('\x03')
    await eventually(async () => {
      const info = (await agent.call('GET', `/terminals/${id}`)).json<TerminalInfo>()
      return info.status === 'exited'
    })
    const info = (await agent.call('GET', `/terminals/${id}`)).json<TerminalInfo>()
    expect(info.endOffset - info.startOffset).toBeLessThanOrEqual(4 * 1024 * 1024)
    await viewer.close()
  })

  it('comes whole to a viewer that is slower than the program, whose pace it keeps', async () => {
    const { id } = await openTerminal({ command: 'seq 1 3000000' })
    const viewer = await view(id)
    let offset = 0
    while (!viewer.find('exit')) {
      // Half a window at a time, and something slow in between.
      const next = offset + 512 * 1024
      await viewer.until(() => viewer.outputBytes >= next || viewer.find('exit'))
      await agent.call('GET', '/health')
      const info = (await agent.call('GET', `/terminals/${id}`)).json<TerminalInfo>()
      expect(info.endOffset - offset).toBeLessThan(4 * 1024 * 1024)
      offset = viewer.outputBytes
      if (!viewer.closed) viewer.send({ type: 'ack', offset })
    }
    expect(viewer.find('gap')).toBeUndefined()
    // Linux loses a line's end now and then where output is stopped while it is written: `do_output_char` of n_tty.c does
    // not look at what the PTY took. As at Ctrl-S, no other byte is ever lost.
    const numbers = Array.from({ length: 3_000_000 }, (_, i) => `${i + 1}`).join('')
    expect(viewer.text.replaceAll('\r\n', '') === numbers).toBe(true)
  })

  it('carries the size changes in their place', async () => {
    const { id } = await openTerminal({
      command: 'echo before; read a; echo after; read b',
      cols: 80,
      rows: 24,
    })
    const writer = await view(id, 'role=writer')
    await writer.until(() => writer.text.includes('before'))
    writer.send({ type: 'resize', cols: 100, rows: 30 })
    await writer.until(() => writer.find('resize'))
    writer.type('x\n')
    await writer.until(() => writer.text.includes('after'))
    const late = await view(id)
    await late.until(() => late.text.includes('after'))
    expect(late.find('start')).toMatchObject({ cols: 80, rows: 24 })
    expect(late.find('resize')).toEqual({ type: 'resize', cols: 100, rows: 30 })
    await agent.call('DELETE', `/terminals/${id}`)
  })

  it('tells a viewer that begins in the middle the modes in force there', async () => {
    const { id } = await openTerminal({
      command: String.raw`printf '\033[?1049h\033[?1h\033=\033[?2004h\033[?1002h\033[?1006h\033[?25lscreen'; read a; printf '\033[?1049l\033[?25h'; read b`,
    })
    const writer = await view(id, 'role=writer')
    await writer.until(() => writer.text.includes('screen'))
    const offset = writer.outputBytes
    const middle = await view(id, `offset=${offset}`)
    expect(middle.find('start')).toMatchObject({ isAlternateScreen: true, offset })
    const modes = String(middle.find('start')?.modes)
    for (const mode of ['[?1049h', '[?1h', '[?2004h', '[?1002h', '[?1006h', '[?25l', '\x1b=']) {
      expect(modes).toContain(mode)
    }
    writer.type('x\n')
    await writer.until(() => writer.text.includes('[?25h'))
    const after = await view(id, `offset=${writer.outputBytes}`)
    expect(after.find('start')).toMatchObject({ isAlternateScreen: false })
    expect(after.find('start')?.modes).not.toContain('?25l')
    await agent.call('DELETE', `/terminals/${id}`)
  })
})

describe('viewers', () => {
  it('have one writer, the newest that asks; the others are told and ignored', async () => {
    const { id } = await openTerminal({ command: 'cat' })
    const first = await view(id, 'role=writer')
    expect(first.find('start')?.role).toBe('writer')
    const second = await view(id, 'role=writer')
    await first.until(() => first.find('role'))
    expect(first.find('role')?.role).toBe('reader')
    first.type('from-first\n')
    first.send({ type: 'resize', cols: 11, rows: 11 })
    first.send({ type: 'take' })
    await second.until(() => second.find('role'))
    first.type('again-first\n')
    await second.until(() => second.text.includes('again-first'))
    expect(second.text).not.toContain('from-first')
    expect((await agent.call('GET', `/terminals/${id}`)).json<TerminalInfo>()).toMatchObject({
      cols: 80,
      viewers: 2,
    })
    await agent.call('DELETE', `/terminals/${id}`)
  })

  it('that are locked never become the writer', async () => {
    const { id } = await openTerminal({ command: 'cat' })
    const locked = await view(id, 'role=writer&locked=true')
    expect(locked.find('start')?.role).toBe('reader')
    locked.send({ type: 'take' })
    locked.type('nothing\n')
    const writer = await view(id, 'role=writer')
    writer.type('something\n')
    await writer.until(() => writer.text.includes('something'))
    expect(writer.text).not.toContain('nothing')
    await agent.call('DELETE', `/terminals/${id}`)
  })

  it('that talk nonsense are closed, and only they', async () => {
    const { id } = await openTerminal({ command: 'cat' })
    const good = await view(id, 'role=writer')
    for (const nonsense of ['{', '[]', '{"type":"ack","offset":-1}', 'x'.repeat(5_000)]) {
      const bad = await view(id)
      bad.send(nonsense)
      await bad.until(() => bad.closed)
      expect(bad.closed?.code).toBe(4400)
    }
    good.type('fine\n')
    await good.until(() => good.text.includes('fine'))
    await agent.call('DELETE', `/terminals/${id}`)
  })
})

it('where no PTY is left it is said so, until one is closed', async () => {
  const few =
    'mount -t devpts -o newinstance,ptmxmode=0666,max=2 devpts /dev/pts && mount --bind /dev/pts/ptmx /dev/ptmx'
  const own = await startAgent([
    'unshare',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    `${few} && exec "$@"`,
    'sh',
  ])
  try {
    const open = () => own.call('POST', '/terminals', { body: { command: 'read a' } })
    const { id } = (await open()).json<TerminalInfo>()
    expect((await open()).status).toBe(201)
    const refused = await open()
    expect(refused.json()).toEqual({ code: 'too_many', message: expect.stringContaining('Close some') })
    expect((await own.call('DELETE', `/terminals/${id}`)).status).toBe(204)
    // The kernel takes a PTY back a moment after it was closed.
    await vi.waitFor(async () => expect((await open()).status).toBe(201), 10_000)
  } finally {
    await own.stop()
  }
})

it('there are at most 64 terminals; one that has ended makes room', async () => {
  const others = (await agent.call('GET', '/terminals')).json<{ terminals: TerminalInfo[] }>().terminals
  for (const { id } of others) await agent.call('DELETE', `/terminals/${id}`)
  const opened: TerminalInfo[] = []
  for (let i = 0; i < 64; i++) opened.push(await openTerminal({ shell: 'sh', command: 'read a' }))
  const refused = await agent.call('POST', '/terminals', { body: {} })
  expect(refused.json()).toMatchObject({ code: 'too_many' })
  const first = opened[0]?.id ?? ''
  process.kill(opened[0]?.pid ?? 0, 'SIGKILL')
  await eventually(
    async () => (await agent.call('GET', `/terminals/${first}`)).json<TerminalInfo>().status === 'exited',
  )
  opened.push(await openTerminal({ shell: 'sh', command: 'read a' }))
  expect((await agent.call('GET', `/terminals/${first}`)).status).toBe(404)
  await Promise.all(opened.slice(1).map(({ id }) => agent.call('DELETE', `/terminals/${id}`)))
}, 60_000)
