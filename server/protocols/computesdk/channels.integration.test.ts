import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { publishedClient } from '../published-client.test-support'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from '../stack.test-support'

let stack: Stack
let sandbox: TestSandbox

beforeAll(async () => {
  // The published client compares states with the global's constants (Node 20 has none).
  Object.assign(globalThis, { WebSocket })
  stack = await startStack()
  const { key } = await stack.newOwner()
  sandbox = await createSandbox(stack, key)
})
afterAll(() => stack.stop())

const client = (protocol: 'json' | 'binary') => publishedClient(sandbox, { protocol })

/** A socket of our own, whose messages are kept. */
async function open(token = sandbox.token) {
  const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}/ws?token=${token}&protocol=json`)
  const messages: Answer[] = []
  let closeCode: number | null = null
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())))
  socket.on('close', (code) => {
    closeCode = code
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return {
    socket,
    messages,
    say: (message: object) => socket.send(JSON.stringify(message)),
    closeCode: () => closeCode,
    ofType: (type: string) => messages.filter((message) => message.type === type),
    text: (type: string) =>
      messages.flatMap((message) => (message.type === type ? [message.data.output] : [])).join(''),
  }
}

async function streamed(command: string): Promise<{ cmd_id: string; channel: string }> {
  return (await sandbox.json('POST', '/run/command', { command, stream: true })).data
}

function start(socket: Awaited<ReturnType<typeof open>>, asked: { cmd_id: string; channel: string }) {
  socket.say({ type: 'subscribe', channel: asked.channel })
  socket.say({ type: 'command:start', data: { cmd_id: asked.cmd_id } })
}

describe.each(['binary', 'json'] as const)('the published client, %s', (protocol) => {
  it('types into a terminal, resizes and destroys it', async () => {
    const sdk = client(protocol)
    const startedAtMs = Date.now()
    const terminal = await sdk.terminal.create({ pty: true, shell: '/bin/sh' })
    // Without the announcement it would have waited for five seconds.
    expect(Date.now() - startedAtMs).toBeLessThan(4500)
    expect(terminal.isRunning()).toBe(true)
    let output = ''
    let isDestroyed = false
    terminal.on('output', (text: string) => {
      output += text
    })
    terminal.on('destroyed', () => {
      isDestroyed = true
    })
    terminal.resize(123, 45)
    terminal.write('stty size; echo "grün $((40 + 2))"\n')
    await expect.poll(() => output).toContain('45 123')
    await expect.poll(() => output).toContain('grün 42')
    await terminal.destroy()
    expect(isDestroyed).toBe(true)
    expect((await sandbox.call('GET', `/terminals/${terminal.id}`)).status).toBe(404)
    await sdk.disconnect()
  })

  it('streams a command, all output before its exit', async () => {
    const sdk = client(protocol)
    const told = { stdout: '', stderr: '' }
    const result = await sdk.runCommand('echo out; echo err >&2; seq 1 20000; exit 7', {
      onStdout: (text) => {
        told.stdout += text
      },
      onStderr: (text) => {
        told.stderr += text
      },
    })
    const numbers = Array.from({ length: 20000 }, (_, i) => `${i + 1}\n`).join('')
    expect(told).toEqual({ stdout: `out\n${numbers}`, stderr: 'err\n' })
    expect(result).toMatchObject({ exitCode: 7, stdout: told.stdout, stderr: 'err\n' })
    await sdk.disconnect()
  })

  it('streams on in the background', async () => {
    const sdk = client(protocol)
    let output = ''
    const onStdout = (text: string) => {
      output += text
    }
    expect(await sdk.runCommand('echo later', { background: true, onStdout })).toMatchObject({ exitCode: 0 })
    await expect.poll(() => output).toBe('later\n')
    await sdk.disconnect()
  })

  it('waits for a command with a timeout', async () => {
    const sdk = client(protocol)
    expect(await sdk.runCommand('echo quick', { timeout: 20 })).toMatchObject({ stdout: 'quick\n' })
    await expect(sdk.runCommand('sleep 60', { timeout: 1 })).rejects.toThrow(/408/)
    await sdk.disconnect()
  })

  it('runs commands in a terminal without a PTY, and remembers them', async () => {
    const sdk = client(protocol)
    const terminal = await sdk.terminal.create({ pty: false })
    expect(terminal.status).toBe('ready')
    const run = await terminal.command.run('echo one; exit 3')
    expect([run.stdout, run.exitCode, run.status]).toEqual(['one\n', 3, 'failed'])
    const background = await terminal.command.run('echo two', { background: true })
    await background.wait(20)
    expect([background.stdout, background.exitCode]).toEqual(['two\n', 0])
    const all = await terminal.command.list()
    expect(all.map((each) => each.command)).toEqual(['echo one; exit 3', 'echo two'])
    expect((await terminal.command.retrieve(run.id)).stdout).toBe('one\n')
    await terminal.destroy()
    expect((await sandbox.call('GET', `/terminals/${terminal.id}/commands`)).status).toBe(404)
    await sdk.disconnect()
  })
})

describe('terminals', () => {
  it('can be typed into beside the workbench, and lists both kinds', async () => {
    const { data } = await sandbox.json('POST', '/terminals', { pty: true, shell: '/bin/sh' })
    expect(data).toMatchObject({ channel: `terminal:${data.id}`, status: 'running', encoding: 'raw' })
    expect(data.ws_url).toBe(`${sandbox.url.replace('http', 'ws')}/ws`)
    const workbench = new WebSocket(
      `${sandbox.url.replace('http', 'ws')}/terminals/${data.id}/stream?token=${sandbox.token}&role=writer`,
    )
    let seen = ''
    workbench.on('message', (bytes, isBinary) => {
      if (isBinary) seen += String(bytes)
    })
    await new Promise((resolve) => workbench.once('open', resolve))
    const sdk = client('binary')
    const terminal = await sdk.terminal.retrieve(data.id)
    let output = ''
    terminal.on('output', (text: string) => {
      output += text
    })
    terminal.write('echo from-$((1))-client\n')
    await expect.poll(() => output).toContain('from-1-client')
    await expect.poll(() => seen).toContain('from-1-client')
    workbench.send(Buffer.from('echo from-$((2))-workbench\n'))
    await expect.poll(() => output).toContain('from-2-workbench')
    const exec = (await sandbox.json('POST', '/terminals', { pty: false })).data
    const kinds = (await sdk.terminal.list()).map((each: Answer) => [each.id, each.pty])
    expect(kinds).toContainEqual([data.id, true])
    expect(kinds).toContainEqual([exec.id, false])
    workbench.close()
    await terminal.destroy()
    await sdk.disconnect()
  })

  it('is told nothing twice after a reconnect, and remembered when its program has ended', async () => {
    const { data } = await sandbox.json('POST', '/terminals', { pty: true, shell: '/bin/sh' })
    const first = await open()
    first.say({ type: 'subscribe', channel: data.channel })
    first.say({ type: 'terminal:input', data: { terminal_id: data.id, input: 'echo a$((1))z\n' } })
    await expect.poll(() => first.text('terminal:output')).toContain('a1z')
    first.socket.close()
    await expect.poll(() => first.closeCode()).not.toBe(null)
    const second = await open()
    second.say({ type: 'terminal:input', data: { terminal_id: data.id, input: 'echo b$((2))z; exit 5\n' } })
    second.say({ type: 'subscribe', channel: data.channel })
    await expect.poll(() => second.ofType('terminal:destroyed').length).toBe(1)
    expect(second.text('terminal:output')).toContain('b2z')
    expect(second.text('terminal:output')).not.toContain('a1z')
    expect((await sandbox.json('GET', `/terminals/${data.id}`)).data).toMatchObject({
      status: 'stopped',
      exit_code: 5,
    })
    second.say({ type: 'terminal:input', data: { terminal_id: data.id, input: 'x' } })
    await expect.poll(() => second.ofType('terminal:error').length).toBe(1)
    second.socket.close()
  })

  it('hears the answer to what it types right after it subscribes, beside one who hears all', async () => {
    const { data } = await sandbox.json('POST', '/terminals', { pty: true })
    const channel = `terminal:${data.id}`
    const first = await open()
    first.say({ type: 'subscribe', channel })
    await expect.poll(() => first.text('terminal:output')).not.toBe('')
    for (let round = 1; round <= 12; round++) {
      const next = await open()
      next.say({ type: 'subscribe', channel })
      next.say({
        type: 'terminal:input',
        data: { terminal_id: data.id, input: `echo round-$((${round}))-\n` },
      })
      await expect.poll(() => next.text('terminal:output')).toContain(`round-${round}-`)
      next.socket.close()
    }
    first.socket.close()
    await sandbox.call('DELETE', `/terminals/${data.id}`)
  })

  it('speaks base64 where it was asked to, never splitting a character', async () => {
    const body = { pty: true, shell: '/bin/sh', encoding: 'base64' }
    const { data } = await sandbox.json('POST', '/terminals', body)
    const socket = await open()
    socket.say({ type: 'subscribe', channel: data.channel })
    const input = 'i=0; while [ $i -lt 3000 ]; do printf "äöü€𝄞"; i=$((i+1)); done; echo; echo end$((0))\n'
    socket.say({ type: 'terminal:input', data: { terminal_id: data.id, input } })
    const texts = () =>
      socket.ofType('terminal:output').map(({ data: { output } }) => Buffer.from(output, 'base64').toString())
    await expect.poll(() => texts().join('')).toContain('end0')
    expect(texts().join('')).not.toContain('\u{FFFD}')
    expect(texts().join('')).toContain('äöü€𝄞'.repeat(3000))
    socket.socket.close()
  })

  it('refuses commands on a PTY, bad shells, and knows no others', async () => {
    const { data } = await sandbox.json('POST', '/terminals', { pty: true })
    const status = async (method: string, path: string, body?: object) =>
      (await sandbox.call(method, path, body)).status
    expect(await status('POST', `/terminals/${data.id}/execute`, { command: 'true' })).toBe(400)
    expect(await status('GET', `/terminals/${data.id}/commands`)).toBe(400)
    expect(await status('GET', `/terminals/${data.id}/commands/x`)).toBe(400)
    expect(await status('POST', '/terminals/none/execute', { command: 'true' })).toBe(404)
    expect(await status('GET', '/terminals/none/commands')).toBe(404)
    expect(await status('GET', '/terminals/none')).toBe(404)
    expect(await status('DELETE', '/terminals/none')).toBe(404)
    expect(await status('POST', '/terminals', { pty: true, shell: 'no-such-shell' })).toBe(400)
    expect(await status('POST', '/terminals', { pty: false, shell: 'no-such-shell' })).toBe(400)
    expect(await status('POST', '/run/command', { command: 'true', stream: true, cwd: 'none' })).toBe(400)
    expect(await status('POST', '/run/command', { command: 'true', stream: true, shell: 'none' })).toBe(400)
    expect(await status('POST', '/execute', { command: 'true', shell: 'none' })).toBe(400)
  })

  it('gives a background command a terminal of its own, and ends what runs in one that is deleted', async () => {
    const asked = { command: 'exec sleep 4343', background: true }
    const { data } = await sandbox.json('POST', '/execute', asked)
    const list = (await sandbox.json('GET', '/terminals')).data.terminals
    expect(list).toContainEqual({ id: data.terminal_id, pty: false, status: 'ready' })
    const another = await sandbox.json('POST', `/terminals/${data.terminal_id}/execute`, {
      command: 'echo beside',
    })
    expect(another.data).toMatchObject({ stdout: 'beside\n', terminal_id: data.terminal_id })
    const legacy = await sandbox.json('POST', `/terminals/${data.terminal_id}/execute`, {
      command: 'true',
      async: true,
    })
    expect(legacy.data).toMatchObject({ status: 'running' })
    const { commands, count } = (await sandbox.json('GET', `/terminals/${data.terminal_id}/commands`)).data
    expect(count).toBe(3)
    expect(commands[0]).toMatchObject({ cmd_id: data.cmd_id, status: 'running' })
    expect((await sandbox.call('DELETE', `/terminals/${data.terminal_id}`)).status).toBe(204)
    expect((await sandbox.run("pgrep -f '^sleep 4343'")).stdout).toBe('')
  })
})

describe('streamed commands', () => {
  it('start once, and not before they are told to', async () => {
    const asked = await streamed('echo x >> started; cat started')
    const socket = await open()
    socket.say({ type: 'subscribe', channel: asked.channel })
    expect((await sandbox.run('test -e started')).exit_code).toBe(1)
    for (let i = 0; i < 3; i++) socket.say({ type: 'command:start', data: { cmd_id: asked.cmd_id } })
    await expect.poll(() => socket.ofType('command:exit').length).toBe(1)
    expect(socket.text('command:stdout')).toBe('x\n')
    expect((await sandbox.run('cat started')).stdout).toBe('x\n')
    socket.socket.close()
  })

  it('go on while their client is away, and lose nothing', async () => {
    const asked = await streamed(
      'for i in 1 2 3 4 5 6; do seq 1 200000; done; until [ -e back ]; do sleep 0.02; done; echo end',
    )
    const first = await open()
    start(first, asked)
    await expect.poll(() => first.ofType('command:stdout').length).toBeGreaterThan(0)
    first.socket.close()
    await expect.poll(() => first.closeCode()).not.toBe(null)
    const second = await open()
    second.say({ type: 'subscribe', channel: asked.channel })
    await sandbox.run('touch back')
    await expect.poll(() => second.ofType('command:exit').length).toBe(1)
    const all = first.text('command:stdout') + second.text('command:stdout')
    const numbers = Array.from({ length: 200000 }, (_, i) => `${i + 1}\n`).join('')
    expect(all.length).toBe(numbers.length * 6 + 4)
    expect(all === `${numbers.repeat(6)}end\n`).toBe(true)
    second.socket.close()
  })

  it('wait for a slow reader and lose nothing', async () => {
    const asked = await streamed('head -c 60000000 /dev/zero | tr "\\0" x; touch all-said')
    const socket = await open()
    socket.socket.pause()
    start(socket, asked)
    await expect
      .poll(async () => (await sandbox.json('GET', `/terminals/${asked.cmd_id}/commands`)).data?.count)
      .toBe(1)
    const { run } = sandbox
    expect((await run('sleep 1; test -e all-said')).exit_code).toBe(1)
    socket.socket.resume()
    await expect.poll(() => socket.ofType('command:exit').length).toBe(1)
    expect(socket.text('command:stdout').length).toBe(60_000_000)
    socket.socket.close()
  })
})

describe('/ws', () => {
  it('refuses a wrong token, and closes when its token is revoked', async () => {
    await expect(open('wrong')).rejects.toThrow(/401/)
    const { id, token } = await stack.access.createSessionToken(sandbox.sandboxId, { role: 'edit' })
    const socket = await open(token)
    await stack.access.revokeSessionToken(sandbox.sandboxId, id)
    await expect.poll(() => socket.closeCode()).toBe(1008)
  })

  it('lets a viewer look on and nothing else', async () => {
    const { token } = await stack.access.createSessionToken(sandbox.sandboxId, { role: 'view' })
    const { data } = await sandbox.json('POST', '/terminals', { pty: true, shell: '/bin/sh' })
    const [viewer, editor] = [await open(token), await open()]
    for (const each of [viewer, editor]) each.say({ type: 'subscribe', channel: data.channel })
    viewer.say({ type: 'terminal:input', data: { terminal_id: data.id, input: 'echo by-$((1))-viewer\n' } })
    viewer.say({ type: 'terminal:resize', data: { terminal_id: data.id, cols: 11, rows: 11 } })
    // Heeded after all that came before it.
    viewer.say({ type: 'terminal:resize', data: { terminal_id: data.id } })
    await expect.poll(() => viewer.ofType('error').length).toBe(1)
    editor.say({ type: 'terminal:resize', data: { terminal_id: data.id, cols: 5000, rows: 0 } })
    editor.say({ type: 'terminal:input', data: { terminal_id: data.id, input: 'stty size\n' } })
    await expect.poll(() => viewer.text('terminal:output')).toContain('1 1000')
    expect(editor.text('terminal:output')).not.toContain('by-1-viewer')
    for (const each of [viewer, editor]) each.socket.close()
  })

  it('closes on what is no message, ignores what it does not know, and says what is wrong', async () => {
    const socket = await open()
    socket.say({ type: 'unsubscribe', channel: 'none' })
    socket.say({ type: 'subscribe', channel: 'terminal:none' })
    socket.say({ type: 'subscribe', channel: 'command:none' })
    socket.say({ type: 'future', data: { x: 1 } })
    socket.say({ type: 'command:start', data: { cmd_id: 'none' } })
    socket.say({ type: 'terminal:input', data: { terminal_id: 'none', input: 'x' } })
    await expect.poll(() => socket.ofType('terminal:error').length).toBe(1)
    socket.say({ type: 'terminal:input', data: { terminal_id: '../x', input: 'x' } })
    await expect.poll(() => socket.ofType('error').length).toBe(1)
    socket.socket.send('{')
    await expect.poll(() => socket.closeCode()).toBe(1007)
    const binary = await open()
    binary.socket.send(Buffer.from([1, 255, 255, 0]))
    await expect.poll(() => binary.closeCode()).toBe(1007)
    const large = await open()
    large.socket.send('x'.repeat(2 * 1024 * 1024))
    await expect.poll(() => large.closeCode()).toBe(1009)
  })
})
