import type { Sandbox } from 'computesdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishedClient } from '../published-client.test-support'
import { createSandbox, type Stack, startStack, type TestSandbox } from '../stack.test-support'

let stack: Stack
let sandbox: TestSandbox
let client: Sandbox

beforeAll(async () => {
  stack = await startStack()
  const { key } = await stack.newOwner()
  sandbox = await createSandbox(stack, key)
  client = publishedClient(sandbox)
})
afterAll(() => stack.stop())

async function refusal(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const response = await sandbox.call(method, path, body, headers)
  const { code, error } = (await response.json()) as { code: string; error: string }
  return { status: response.status, code, error }
}

const write = (path: string, content: string) => sandbox.call('POST', '/files', { path, content })
const read = async (path: string) => (await sandbox.json('GET', `/files/${path}?content=true`)).data.content

describe('the published client', () => {
  it('makes a file with its directories, reads, changes and empties it', async () => {
    const file = 'deep/er/.env.local'
    expect(await client.env.exists(file)).toBe(false)
    await expect(client.env.retrieve(file)).rejects.toThrow(/404.*File not found: \/workspace\/deep/)
    expect(await client.env.update(file, { A: '1', B: 'two words' })).toEqual(['A', 'B'])
    expect(await client.env.exists(file)).toBe(true)
    expect(await client.env.retrieve(file)).toEqual({ A: '1', B: 'two words' })
    expect(await client.env.remove(file, ['A', 'C'])).toEqual(['A'])
    expect(await client.env.retrieve(file)).toEqual({ B: 'two words' })
  })

  it('leaves comments, order and other variables as they are', async () => {
    await write('.env', '# Keys\r\nexport B="2" # two\r\n\r\nA=1\r\n')
    await client.env.update('.env', { B: "it's", NEW: 'x\ny' })
    expect(await read('.env')).toBe("# Keys\r\nexport B=\"it's\" # two\r\n\r\nA=1\r\nNEW='x\r\ny'\r\n")
    expect(await client.env.retrieve('.env')).toEqual({ B: "it's", A: '1', NEW: 'x\ny' })
    await client.env.remove('.env', ['B', 'NEW'])
    expect(await read('.env')).toBe('# Keys\r\n\r\nA=1\r\n')
  })
})

describe('/env', () => {
  it('answers in the form of the protocol', async () => {
    await write('form.env', 'A=1\n')
    const status = 'success'
    const message = expect.any(String)
    expect(await sandbox.json('GET', '/env?file=form.env')).toEqual({
      status,
      message,
      data: { file: 'form.env', variables: { A: '1' } },
    })
    expect(await sandbox.json('POST', '/env?file=form.env', { variables: { B: '' } })).toEqual({
      status,
      message,
      data: { file: 'form.env', keys: ['B'] },
    })
    expect(await sandbox.json('DELETE', '/env?file=form.env', { keys: [] })).toEqual({
      status,
      message,
      data: { file: 'form.env', keys: [] },
    })
  })

  it('writes what the programs inside read', async () => {
    const variables = {
      PLAIN: 'a/b:c',
      SPACES: ' x ',
      DOLLAR: '$HOME',
      QUOTE: "it's",
      LINES: 'x\ny # z',
      SLASH: 'C:\\dir',
    }
    await client.env.update('programs.env', variables)
    const shell = await sandbox.run(`set -a; . ./programs.env; env -0 | grep -zE '^(${names(variables)})='`)
    const node = await sandbox.run(
      'env -i "$(command -v node)" --env-file=programs.env -p "JSON.stringify(process.env)"',
    )
    expect(Object.fromEntries(shell.stdout.split('\0').filter(Boolean).map(pair))).toEqual(variables)
    expect(JSON.parse(node.stdout)).toMatchObject(variables)
  })

  it('takes absolute paths, and follows a link to the file that is meant', async () => {
    await sandbox.run('mkdir -p /elsewhere; echo A=1 > /elsewhere/.env; ln -s /elsewhere/.env link.env')
    await client.env.update('link.env', { B: '2' })
    expect(await client.env.retrieve('/elsewhere/.env')).toEqual({ A: '1', B: '2' })
    expect((await sandbox.run('test -L link.env')).exit_code).toBe(0)
  })

  it('does not write what would be the same', async () => {
    await client.env.update('same.env', { A: '1' })
    const etag = async () => (await sandbox.call('GET', '/raw/same.env')).headers.get('etag')
    const before = await etag()
    await client.env.update('same.env', { A: '1' })
    await client.env.remove('same.env', ['B'])
    expect(await etag()).toBe(before)
  })

  it('loses nothing of what many change at the same time, by whatever name', async () => {
    await sandbox.run('ln -s many.env many-link.env; echo KEEP=1 > many.env')
    const numbers = Array.from({ length: 30 }, (_, i) => i)
    await Promise.all(
      numbers.map((i) => client.env.update(i % 2 ? 'many.env' : 'many-link.env', { [`V${i}`]: String(i) })),
    )
    expect(await client.env.retrieve('many.env')).toEqual({
      KEEP: '1',
      ...Object.fromEntries(numbers.map((i) => [`V${i}`, String(i)])),
    })
  })

  it('loses nothing when two are the first to write', async () => {
    await Promise.all(['A', 'B', 'C'].map((name) => client.env.update('first.env', { [name]: '1' })))
    expect(await client.env.retrieve('first.env')).toEqual({ A: '1', B: '1', C: '1' })
  })

  it('says of HEAD no more than whether there is a file', async () => {
    await write('head.env', 'A=1')
    expect((await sandbox.call('HEAD', '/env?file=head.env')).status).toBe(200)
    expect((await sandbox.call('HEAD', '/env?file=none.env')).status).toBe(404)
    expect((await sandbox.call('HEAD', '/env?file=/workspace')).status).toBe(400)
    expect(await client.env.exists('/workspace')).toBe(false)
  })

  it.each([
    ['GET', undefined],
    ['POST', { variables: { A: '1' } }],
    ['DELETE', { keys: ['A'] }],
  ])('%s refuses what is no file of variables', async (method, body) => {
    await sandbox.run('mkdir -p dir.env; printf "A=\\000" > nul.env; printf "A=\\377" > latin.env')
    await sandbox.run('truncate -s 5G huge.env; mkfifo -m 600 pipe.env; head -c 1048577 /dev/zero > big.env')
    expect(await refusal(method, '/env?file=dir.env', body)).toMatchObject({ code: 'is_directory' })
    expect(await refusal(method, '/env?file=nul.env', body)).toMatchObject({
      status: 400,
      code: 'bad_request',
    })
    expect(await refusal(method, '/env?file=latin.env', body)).toMatchObject({ code: 'bad_request' })
    expect(await refusal(method, '/env?file=huge.env', body)).toMatchObject({
      status: 413,
      code: 'too_large',
    })
    expect(await refusal(method, '/env?file=big.env', body)).toMatchObject({ code: 'too_large' })
    expect(await refusal(method, '/env?file=pipe.env', body)).toMatchObject({ code: 'unsupported' })
    expect(await refusal(method, '/env?file=/dev/zero', body)).toMatchObject({ code: 'unsupported' })
    expect(await refusal(method, '/env', body)).toMatchObject({ status: 400, code: 'bad_request' })
    expect(await refusal(method, '/env?file=', body)).toMatchObject({ status: 400, code: 'bad_request' })
    expect(await refusal(method, '/env?file=../x', body)).toMatchObject({ code: 'invalid_path' })
    expect(await refusal(method, '/env?file=%00', body)).toMatchObject({ code: 'invalid_path' })
    expect((await sandbox.run('stat -c %s huge.env; rm -rf *.env')).stdout).toBe(`${5 * 1024 ** 3}\n`)
  })

  it('refuses names and values that no environment can hold', async () => {
    const update = (variables: unknown) => refusal('POST', '/env?file=bad.env', { variables })
    for (const name of ['', 'A B', 'A=B', 'A\n', '#', '1'.repeat(257)]) {
      expect(await update({ [name]: '1' })).toMatchObject({ status: 400, code: 'bad_request' })
    }
    for (const value of [1, null, true, {}, 'a\0b', '\ud800', 'x'.repeat(131_073)]) {
      expect(await update({ A: value })).toMatchObject({ status: 400, code: 'bad_request' })
    }
    expect(await update(undefined)).toMatchObject({ status: 400 })
    expect(await update([])).toMatchObject({ status: 400 })
    expect(await refusal('DELETE', '/env?file=bad.env', {})).toMatchObject({ status: 400 })
    expect(await refusal('DELETE', '/env?file=bad.env', { keys: [1] })).toMatchObject({ status: 400 })
    expect(await refusal('DELETE', '/env?file=bad.env', { keys: ['A'] })).toMatchObject({ status: 404 })
    expect(await client.env.exists('bad.env')).toBe(false)
  })

  it('does not claim to have written a name that no program can carry in an object', async () => {
    const body = '{"variables":{"__proto__":"1","A":"1"}}'
    const headers = { 'content-type': 'application/json' }
    const response = await sandbox.call('POST', '/env?file=proto.env', body, headers)
    expect(((await response.json()) as { data: unknown }).data).toEqual({ file: 'proto.env', keys: ['A'] })
    expect(await read('proto.env')).toBe('A=1\n')
  })

  it('lets a file grow to a bound', async () => {
    for (let i = 0; i < 7; i++) await client.env.update('grown.env', { [`V${i}`]: 'x'.repeat(131_072) })
    const variables = { LAST: 'x'.repeat(131_072) }
    expect(await refusal('POST', '/env?file=grown.env', { variables })).toMatchObject({ code: 'too_large' })
    expect(Object.keys(await client.env.retrieve('grown.env'))).toHaveLength(7)
  })

  it('shows to those who may look and changes for those who may change', async () => {
    await write('roles.env', 'A=1')
    const { token } = await stack.access.createSessionToken(sandbox.sandboxId, { role: 'view' })
    const headers = { authorization: `Bearer ${token}` }
    expect((await sandbox.call('GET', '/env?file=roles.env', undefined, headers)).status).toBe(200)
    expect((await sandbox.call('HEAD', '/env?file=roles.env', undefined, headers)).status).toBe(200)
    const update = { variables: { A: '2' } }
    expect(await refusal('POST', '/env?file=roles.env', update, headers)).toMatchObject({ status: 403 })
    expect(await refusal('DELETE', '/env?file=roles.env', { keys: ['A'] }, headers)).toMatchObject({
      status: 403,
    })
    expect((await sandbox.call('GET', '/env?file=roles.env', undefined, { authorization: '' })).status).toBe(
      401,
    )
    expect((await sandbox.call('PUT', '/env?file=roles.env', update)).status).toBe(405)
  })
})

function names(variables: object): string {
  return Object.keys(variables).join('|')
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}
