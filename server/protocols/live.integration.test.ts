import { request as sendRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RawData, WebSocket } from 'ws'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from './stack.test-support'

let stack: Stack
let sandbox: TestSandbox

beforeAll(async () => {
  stack = await startStack()
  const { key } = await stack.newOwner()
  sandbox = await createSandbox(stack, key)
})
afterAll(() => stack.stop())

/** A WebSocket whose messages are kept. */
function open(
  path: string,
  options: { of?: TestSandbox; token?: string; headers?: Record<string, string> } = {},
) {
  const { of = sandbox } = options
  const socket = new WebSocket(`${of.url.replace('http', 'ws')}${path}`, {
    headers: { authorization: `Bearer ${options.token ?? of.token}`, ...options.headers },
  })
  const texts: Answer[] = []
  let bytes = Buffer.alloc(0)
  let closeCode: number | null = null
  let refusal: number | null = null
  socket.on('message', (data: RawData, isBinary) => {
    if (isBinary) bytes = Buffer.concat([bytes, data as Buffer])
    else texts.push(JSON.parse(data.toString()))
  })
  socket.on('error', () => undefined)
  socket.on('unexpected-response', (_request, response) => {
    refusal = response.statusCode ?? 0
    socket.terminate()
  })
  socket.on('close', (code) => {
    closeCode = code
  })
  return {
    socket,
    texts,
    output: () => bytes.toString(),
    size: () => bytes.length,
    closeCode: () => closeCode,
    refusal: () => refusal,
    opened: () => new Promise<void>((resolve) => socket.once('open', resolve)),
    ofType: (type: string) => texts.filter((text) => text.type === type),
  }
}

async function tokenOf(role: 'view' | 'edit') {
  return stack.access.createSessionToken(sandbox.sandboxId, { role })
}

async function newTerminal(body: object = {}): Promise<string> {
  return (await sandbox.json('POST', '/terminals', { pty: true, ...body })).data.id
}

describe('/run/command', () => {
  it('tells both outputs, the exit code and how long it took', async () => {
    const { data } = await sandbox.json('POST', '/run/command', {
      command: 'echo out; echo err >&2; exit 42',
      env: { UNUSED: '1' },
    })
    expect(data).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exit_code: 42, status: 'failed' })
    expect(data.duration_ms).toBeGreaterThan(0)
  })

  it('runs in a directory relative to that of the sandbox, and refuses one that is not there', async () => {
    await sandbox.run('mkdir -p d')
    expect((await sandbox.json('POST', '/run/command', { command: 'pwd', cwd: 'd' })).data.stdout).toBe(
      '/workspace/d\n',
    )
    const refused = await sandbox.call('POST', '/run/command', { command: 'pwd', cwd: 'none' })
    expect(refused.status).toBe(400)
  })

  it('runs in the background, to be asked about and waited for', async () => {
    const { data } = await sandbox.json('POST', '/run/command', {
      command: 'until [ -e go ]; do sleep 0.05; done; echo done',
      background: true,
    })
    expect(data).toMatchObject({ status: 'running', stdout: '', stderr: '' })
    expect(data).not.toHaveProperty('exit_code')
    const path = `/terminals/${data.terminal_id}/commands/${data.cmd_id}`
    expect((await sandbox.json('GET', path)).data.status).toBe('running')
    await sandbox.json('POST', '/run/command', { command: 'touch go' })
    const ended = (await sandbox.json('GET', `${path}/wait?timeout=20`)).data
    expect(ended).toMatchObject({ status: 'completed', exit_code: 0, stdout: 'done\n' })
    expect((await sandbox.call('GET', `/terminals/other/commands/${data.cmd_id}`)).status).toBe(404)
  })

  it('says in time that a wait took too long', async () => {
    const { data } = await sandbox.json('POST', '/run/command', { command: 'sleep 60', background: true })
    const path = `/terminals/${data.terminal_id}/commands/${data.cmd_id}/wait?timeout=1`
    expect((await sandbox.call('GET', path)).status).toBe(408)
  })

  it('is ended when its caller leaves', async () => {
    const caller = new AbortController()
    const url = `${sandbox.url}/run/command`
    const headers = { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ command: 'touch /tmp/left; exec sleep 4242' })
    const left = fetch(url, { method: 'POST', headers, body, signal: caller.signal }).catch(() => 'left')
    const isThere = async () =>
      (await sandbox.run("pgrep -f '^sleep 4242' >/dev/null && echo yes")).stdout === 'yes\n'
    await expect.poll(isThere, { timeout: 5000 }).toBe(true)
    caller.abort()
    expect(await left).toBe('left')
    await expect.poll(isThere, { timeout: 5000 }).toBe(false)
  })
})

describe('terminals', () => {
  it('are made, listed, shown and ended', async () => {
    const response = await sandbox.call('POST', '/terminals', {
      pty: true,
      title: 'build',
      cols: 100,
      rows: 30,
    })
    const { data } = (await response.json()) as Answer
    expect([response.status, data.status, data.channel]).toEqual([201, 'running', `terminal:${data.id}`])
    expect((await sandbox.json('GET', `/terminals/${data.id}`)).data).toMatchObject({
      pty: true,
      title: 'build',
      size: { cols: 100, rows: 30 },
    })
    expect((await sandbox.json('GET', '/terminals')).data.terminals.map(({ id }: Answer) => id)).toContain(
      data.id,
    )
    expect((await sandbox.call('DELETE', `/terminals/${data.id}`)).status).toBe(204)
    expect((await sandbox.call('DELETE', `/terminals/${data.id}`)).status).toBe(404)
  })

  it.each([
    [0, 0, { cols: 1, rows: 1 }],
    [10_000, 10_000, { cols: 1000, rows: 1000 }],
  ])('of %i×%i get the nearest size that there is', async (cols, rows, size) => {
    const id = await newTerminal({ cols, rows })
    expect((await sandbox.json('GET', `/terminals/${id}`)).data.size).toEqual(size)
  })

  it('carry keys in and bytes out, and go on where a lost socket stopped', async () => {
    const id = await newTerminal()
    const first = open(`/terminals/${id}/stream`)
    await first.opened()
    await expect.poll(() => first.ofType('start')).toMatchObject([{ role: 'writer' }])
    first.socket.send(Buffer.from('echo $((6*7))_a; echo "ü"\r'))
    await expect.poll(first.output).toContain('42_a')
    await expect.poll(first.output).toContain('\nü')
    const offset = first.ofType('start')[0].offset + first.size()
    first.socket.terminate()
    const second = open(`/terminals/${id}/stream?offset=${offset}`)
    await expect.poll(() => second.ofType('start')).toMatchObject([{ offset }])
    second.socket.send(Buffer.from('echo again\r'))
    await expect.poll(second.output).toContain('again')
    expect(second.output()).not.toContain('42_a')
    second.socket.terminate()
  })

  it('let a viewer see, and neither type nor take over', async () => {
    const id = await newTerminal()
    const { token } = await tokenOf('view')
    const writer = open(`/terminals/${id}/stream`)
    const viewer = open(`/terminals/${id}/stream?role=writer`, { token })
    await Promise.all([writer.opened(), viewer.opened()])
    await expect.poll(() => viewer.ofType('start')).toMatchObject([{ role: 'reader' }])
    viewer.socket.send(JSON.stringify({ type: 'take' }))
    viewer.socket.send(Buffer.from('echo intruder\r'))
    writer.socket.send(Buffer.from('echo mine\r'))
    await expect.poll(viewer.output).toContain('mine')
    await expect.poll(writer.output).toContain('mine')
    expect(writer.output()).not.toContain('intruder')
    writer.socket.terminate()
    viewer.socket.terminate()
  })

  it('hold back a flood for a browser that does not read', async () => {
    const id = await newTerminal({ command: 'yes' })
    const browser = open(`/terminals/${id}/stream`)
    await browser.opened()
    await expect.poll(browser.size).toBeGreaterThan(500_000)
    browser.socket.terminate()
    // Nothing was acknowledged, so no more than the window was sent.
    expect(browser.size()).toBeLessThan(1_200_000)
    await sandbox.call('DELETE', `/terminals/${id}`)
  })

  it('refuse what is no terminal, no token, no WebSocket and no offset', async () => {
    const id = await newTerminal()
    const cases = [
      [open('/terminals/nope/stream'), 404],
      [open(`/terminals/${id}/stream`, { token: 'wrong' }), 401],
      [open(`/terminals/${id}/stream?offset=-1`), 400],
      [open('/nothing'), 404],
    ] as const
    for (const [stream, status] of cases) await expect.poll(stream.refusal).toBe(status)
    const plain = await sandbox.call('GET', `/terminals/${id}/stream`)
    expect([plain.status, ((await plain.json()) as Answer).code]).toEqual([400, 'bad_request'])
  })

  it('end at once for whoever is shut out', async () => {
    const id = await newTerminal()
    const { token, id: tokenId } = await tokenOf('edit')
    const stream = open(`/terminals/${id}/stream`, { token })
    const events = open('/events', { token })
    await Promise.all([stream.opened(), events.opened()])
    await stack.access.revokeSessionToken(sandbox.sandboxId, tokenId)
    await expect.poll(stream.closeCode).not.toBeNull()
    await expect.poll(events.closeCode).toBe(1008)
  })
})

describe('a WebSocket of a page', () => {
  function upgrade(path: string, cookie: string, origin: string | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = sendRequest(sandbox.url + path, {
        headers: {
          cookie,
          ...(origin === undefined ? {} : { origin }),
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        },
      })
      request.on('response', (response) => resolve(response.statusCode ?? 0))
      request.on('upgrade', (response, socket) => {
        socket.destroy()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', reject).end()
    })
  }

  it('that is foreign is refused at every address that takes one, whatever cookie it brings', async () => {
    const id = await newTerminal()
    const { token } = await tokenOf('edit')
    const cookie = `sandlot_session=${token}`
    const { origin } = new URL(sandbox.url)
    const sockets = stack.routes.sandbox.filter(({ method }) => method === 'WS')
    const paths = sockets.map(({ pattern }) => pattern.replaceAll(':id', id))
    expect(paths).toContain('/events')
    for (const path of paths) {
      expect(path, 'a new parameter needs an example here').not.toContain(':')
      for (const foreign of [
        'https://evil.example',
        'null',
        origin.replace('//', '//x.'),
        `${origin}0`,
        undefined,
      ])
        expect(await upgrade(path, cookie, foreign), `${path} from ${foreign}`).toBe(403)
      expect(await upgrade(path, cookie, origin), path).toBe(101)
    }
  })
})

describe('roles', () => {
  it('let a viewer read and nothing else', async () => {
    const { token } = await tokenOf('view')
    const as = async (method: string, path: string, body?: unknown) =>
      (await sandbox.call(method, path, body, { authorization: `Bearer ${token}` })).status
    await sandbox.call('PUT', '/raw/seen.txt', 'x')
    for (const path of [
      '/sandbox',
      '/files',
      '/raw/seen.txt',
      '/tree',
      '/processes',
      '/terminals',
      '/ports',
    ]) {
      expect([path, await as('GET', path)]).toEqual([path, 200])
    }
    for (const [method, path, body] of [
      ['PUT', '/raw/seen.txt', 'y'],
      ['POST', '/files', { path: 'x' }],
      ['DELETE', '/files/seen.txt'],
      ['POST', '/files/batch', { files: [] }],
      ['POST', '/run/command', { command: 'id' }],
      ['POST', '/terminals', { pty: true }],
      ['POST', '/move', { from: 'a', to: 'b' }],
      ['POST', '/processes/1/signal', { signal: 'SIGTERM' }],
      ['POST', '/sandbox/stop', undefined],
      ['DELETE', '/sandbox', undefined],
      ['POST', '/auth/magic-links', {}],
    ] as const) {
      expect([path, await as(method, path, body)]).toEqual([path, 403])
    }
  })

  it('let an editor work, and not end the sandbox or make links', async () => {
    const { token } = await tokenOf('edit')
    const headers = { authorization: `Bearer ${token}` }
    expect((await sandbox.call('PUT', '/raw/mine.txt', 'y', headers)).status).toBe(200)
    expect((await sandbox.call('DELETE', '/sandbox', undefined, headers)).status).toBe(403)
    expect((await sandbox.call('POST', '/auth/magic-links', {}, headers)).status).toBe(403)
    const status = (await (await sandbox.call('GET', '/auth/status', undefined, headers)).json()) as Answer
    expect(status.data).toMatchObject({ authenticated: true, token_type: 'session_token' })
  })

  it('let nobody in without a credential but where anyone may ask', async () => {
    const status = async (path: string, method = 'GET') =>
      (await fetch(sandbox.url + path, { method })).status
    expect(await status('/health')).toBe(200)
    expect(await status('/auth/status')).toBe(200)
    for (const path of ['/info', '/sandbox', '/files', '/raw/x', '/terminals', '/processes']) {
      expect([path, await status(path)]).toEqual([path, 401])
    }
    expect(await status('/run/command', 'POST')).toBe(401)
  })

  it('make a link by the access token that a program redeems', async () => {
    const { data } = await sandbox.json('POST', '/auth/magic-links', { redirectUrl: '/play/?file=a' })
    const redeemed = await fetch(data.magic_url, { method: 'POST', headers: { accept: 'application/json' } })
    const answer = (await redeemed.json()) as Answer
    expect(answer.data.redirect_url).toBe('/play/?file=a')
    const info = await sandbox.call('GET', '/sandbox', undefined, {
      authorization: `Bearer ${answer.data.token}`,
    })
    expect(((await info.json()) as Answer).role).toBe('edit')
  })
})

describe('/events', () => {
  it('tells the sandbox, its ports and files at once, and then what changes', async () => {
    const events = open('/events?ignore=node_modules')
    await expect.poll(() => events.ofType('watching')).toEqual([{ type: 'watching', path: '/workspace' }])
    await expect.poll(() => events.ofType('ports')).not.toEqual([])
    expect(events.ofType('sandbox')[0].sandbox).toMatchObject({
      id: sandbox.sandboxId,
      role: 'own',
      status: 'running',
    })
    await expect.poll(() => events.ofType('usage')).not.toEqual([])
    await sandbox.run('mkdir -p node_modules; touch node_modules/no.js; echo 1 > watched.txt')
    const changed = () =>
      events.ofType('files').flatMap((message: Answer) => message.events.map(({ path }: Answer) => path))
    await expect.poll(changed).toContain('/workspace/watched.txt')
    expect(changed()).not.toContain('/workspace/node_modules/no.js')
    events.socket.terminate()
  })

  it('tells a port that opens and closes', async () => {
    const events = open('/events')
    await expect.poll(() => events.ofType('watching')).not.toEqual([])
    const { data } = await sandbox.json('POST', '/run/command', {
      command: 'exec python3 -m http.server 8123',
      background: true,
    })
    const ports = () =>
      events
        .ofType('ports')
        .at(-1)
        ?.ports.map(({ port }: Answer) => port)
    await expect.poll(ports, { timeout: 10_000 }).toContain(8123)
    const listed = (await sandbox.json('GET', '/ports')).ports
    expect(listed).toContainEqual(
      expect.objectContaining({ port: 8123, process_name: expect.stringContaining('python') }),
    )
    const { processes } = await sandbox.json('GET', '/processes')
    const server = processes.find(({ command }: Answer) => command.includes('http.server 8123'))
    expect(
      (await sandbox.call('POST', `/processes/${server.pid}/signal`, { signal: 'SIGKILL' })).status,
    ).toBe(204)
    await expect.poll(ports, { timeout: 10_000 }).not.toContain(8123)
    expect(data.cmd_id).toBeTruthy()
    events.socket.terminate()
  })

  it('goes on over stop and start, and ends with the sandbox', async () => {
    const { key } = await stack.newOwner()
    const other = await createSandbox(stack, key)
    const url = `${other.url.replace('http', 'ws')}/events?token=${other.token}`
    const socket = new WebSocket(url)
    const states: string[] = []
    let watches = 0
    let closeCode = 0
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString())
      if (message.type === 'sandbox') states.push(message.sandbox.status)
      if (message.type === 'watching') watches += 1
    })
    socket.on('close', (code) => {
      closeCode = code
    })
    await expect.poll(() => watches).toBe(1)
    await other.call('POST', '/sandbox/stop')
    await expect.poll(() => states).toEqual(['running', 'stopped'])
    await other.call('POST', '/sandbox/start')
    await expect.poll(() => states).toEqual(['running', 'stopped', 'starting', 'running'])
    await expect.poll(() => watches).toBe(2)
    await other.call('DELETE', '/sandbox')
    await expect.poll(() => closeCode).toBe(1001)
  })
})

describe('a notice', () => {
  const withNotices = (of: TestSandbox) => {
    const { socket, ofType } = open('/events', { of })
    return { socket, notices: () => ofType('notice').map(({ level, message }) => `${level}: ${message}`) }
  }

  it('says that the disk is full, to those who come later too, and when there is room again', async () => {
    const { key } = await stack.newOwner()
    const small = await createSandbox(stack, key, { limits: { diskMb: 16 } })
    const early = withNotices(small)
    await small.json('POST', '/run/command', {
      command: 'head -c 20000000 /dev/zero > big; exec sleep 600',
      background: true,
    })
    const full = expect.stringMatching(
      /^error: The disk of this sandbox is full: .* Delete files to go on\.$/,
    )
    await expect.poll(early.notices).toEqual([full])
    const late = withNotices(small)
    await expect.poll(late.notices).toEqual([full])
    expect((await small.call('DELETE', '/files/big')).status).toBe(204)
    const room = 'info: There is room on the disk again.'
    await expect.poll(early.notices).toEqual([full, room])
    await expect.poll(late.notices).toEqual([full, room])
    early.socket.terminate()
    late.socket.terminate()
  })

  it('warns one minute before the sandbox is deleted', async () => {
    const { key } = await stack.newOwner()
    // Two seconds to listen before the minute begins.
    const brief = await createSandbox(stack, key, { timeout: 62_000 })
    const events = withNotices(brief)
    await expect
      .poll(events.notices)
      .toEqual(['warning: This sandbox and its files will be deleted in one minute.'])
    events.socket.terminate()
  })
})

describe('/ports', () => {
  it.each(['0', '65536', '80abc', '-1', '007'])('refuses port %s', async (port) => {
    const response = await sandbox.call('POST', `/ports/${port}/open`)
    expect(response.status).toBe(400)
  })

  it('has none of the agent, which listens on no port that anybody could name', async () => {
    // A sandbox of its own: nothing else may listen in it.
    const { key } = await stack.newOwner()
    const fresh = await createSandbox(stack, key)
    const files = ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => `/proc/net/${name}`).join(' ')
    expect((await fresh.run(`cat ${files} | grep -vc local_address`)).stdout).toBe('0\n')
    expect((await fresh.json('GET', '/ports')).ports).toEqual([])
    const listening = await fresh.run(
      'python3 -m http.server 4100 >/dev/null 2>&1 & until grep -q :1004 /proc/net/tcp; do :; done',
    )
    expect(listening.exit_code).toBe(0)
    await expect.poll(async () => (await fresh.json('GET', '/ports')).ports).toMatchObject([{ port: 4100 }])
  })

  it('opens one by an address that the preview made', async () => {
    const opened = await sandbox.json('POST', '/ports/3000/open')
    expect(opened.url).toContain(`${sandbox.sandboxId}/3000/ticket`)
  })
})
