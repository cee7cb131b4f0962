import { createReadStream, existsSync, statSync } from 'node:fs'
import { request as sendRequest } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
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

async function refusal(body: unknown, headers?: Record<string, string>) {
  const response = await sandbox.call('POST', '/run/code', body, headers)
  const { code, error } = (await response.json()) as { code: string; error: string }
  return { status: response.status, code, error }
}

async function leftovers() {
  return (await sandbox.run('ls -d /tmp/sandlot-code-* 2>/dev/null | wc -l')).stdout.trim()
}

describe('the published client', () => {
  it('runs Python and Node and recognises each', async () => {
    expect(await client.runCode('print("Hello")')).toEqual({
      output: 'Hello\n',
      exitCode: 0,
      language: 'python',
    })
    const node = await client.run.code('console.log("Hi")', { language: 'javascript' })
    expect(node).toEqual({ output: 'Hi\n', exitCode: 0, language: 'node' })
    const { data } = await client.runCodeRequest('echo "$PWD"')
    expect(data).toEqual({ output: '/workspace\n', exit_code: 0, language: 'bash' })
  })

  it('tells the exit code of what fails, with what it said', async () => {
    expect(await client.runCode('import sys\nsys.exit(42)')).toMatchObject({ exitCode: 42, output: '' })
    const failed = await client.runCode('x = 1\nraise ValueError("no " + str(x))')
    expect(failed.exitCode).toBe(1)
    expect(failed.output).toContain('line 2, in <module>\n    raise ValueError("no " + str(x))')
    expect(failed.output).toContain('ValueError: no 1')
    expect((await client.runCodeRequest('kill -9 $$', 'bash')).data.exit_code).toBe(137)
    expect((await client.runCode('throw new Error("odd")', 'node')).output).toContain('Error: odd')
  })

  it('fails with our words where a language is unknown or missing', async () => {
    // @ts-expect-error The client's type knows no such language either.
    await expect(client.runCode('x', 'cobol')).rejects.toThrow(/400.*There is no language "cobol"/)
    // @ts-expect-error The documentation has it, the client's type has not.
    await expect(client.runCode('x', 'deno')).rejects.toThrow(/501.*This sandbox has no deno.*npm install/)
  })
})

describe('POST /run/code', () => {
  const run = async (code: string, language?: string) =>
    (await sandbox.json('POST', '/run/code', { code, language })).data

  it.each([
    [
      'python',
      'import sys\nfor i in range(50):\n    print(i)\n    print(i, file=sys.stderr)\n    sys.stdout.write("-\\n")',
    ],
    ['node', 'for (let i = 0; i < 50; i++) { console.log(i); console.error(i); console.log("-") }'],
    ['bash', 'for i in $(seq 0 49); do echo $i; echo $i >&2; echo -; done'],
  ])('tells both outputs of %s in the order in which they came', async (language, code) => {
    const wanted = Array.from({ length: 50 }, (_, i) => `${i}\n${i}\n-\n`).join('')
    expect((await run(code, language)).output).toBe(wanted)
  })

  it('needs no quoting and knows no length of a command line', async () => {
    const odd = 'it\'s "$HOME" `x` \\ EOF %s é 漢'
    expect((await run(`print(${JSON.stringify(odd)})`, 'python')).output).toBe(`${odd}\n`)
    expect((await run(`console.log(${JSON.stringify(odd)})`, 'node')).output).toBe(`${odd}\n`)
    expect((await run(`cat <<'X'\n${odd}\nX`, 'bash')).output).toBe(`${odd}\n`)
    const long = 'x'.repeat(1_500_000)
    for (const [language, code] of [
      ['python', `print(len("${long}"))`],
      ['node', `console.log("${long}".length)`],
      ['node', `import "node:fs"\nconsole.log("${long}".length)`],
      ['sh', `x="${long}"; echo \${#x}`],
    ] as const) {
      expect((await run(code, language)).output).toBe('1500000\n')
    }
  })

  it('runs Python as a main program that finds the modules of the sandbox', async () => {
    await sandbox.call('POST', '/files', { path: 'pack/__init__.py', content: 'from .part import NAME' })
    await sandbox.call('POST', '/files', { path: 'pack/part.py', content: 'NAME = "part"' })
    const code =
      'import os, pack, code\nif __name__ == "__main__":\n    print(pack.NAME, os.getcwd(), os.path.exists(__file__))'
    expect(await run(code, 'python3')).toEqual({
      output: 'part /workspace True\n',
      exit_code: 0,
      language: 'python',
    })
    await expect(leftovers()).resolves.toBe('0')
  })

  it('runs CommonJS as a main module, with the modules and packages of the sandbox', async () => {
    await sandbox.call('POST', '/files', { path: 'near.js', content: 'exports.name = "near"' })
    await sandbox.call('POST', '/files', {
      path: 'node_modules/far/index.js',
      content: 'exports.name = "far"',
    })
    const code = `#!/usr/bin/env node
const near = require('./near'), far = require('far')
import('./near.js').then((again) => {
  console.log(require.main === module, near.name, far.name, again.default.name, __dirname, typeof source)
})`
    expect(await run(code)).toEqual({
      output: 'true near far near /workspace undefined\n',
      exit_code: 0,
      language: 'node',
    })
  })

  it('runs ESM, with the modules and packages of the sandbox and await at the top', async () => {
    await sandbox.call('POST', '/files', { path: 'near.mjs', content: 'export const name = "near"' })
    await sandbox.call('POST', '/files', {
      path: 'node_modules/far/index.js',
      content: 'exports.name = "far"',
    })
    const code = `import { name } from './near.mjs'
import far from 'far'
await null
console.log(name, far.name, import.meta.url.startsWith('file:///workspace/'))
process.exitCode = 3`
    expect(await run(code)).toEqual({ output: 'near far true\n', exit_code: 3, language: 'node' })
    expect((await run('await null; process.kill(process.pid, "SIGKILL")', 'node')).exit_code).toBe(137)
    expect((await run('const = 1', 'node')).output).toContain('SyntaxError')
  })

  it('gives code no input, and a shell none of its own lines', async () => {
    expect((await run('cat; echo after', 'bash')).output).toBe('after\n')
    expect((await run('cat; echo "$0" | grep -c tmp', 'sh')).output).toBe('1\n')
    expect((await run('import sys\nprint(repr(sys.stdin.read()))')).output).toBe("''\n")
    expect(
      (await run('process.stdin.on("data", console.log).on("end", () => console.log("end"))')).output,
    ).toBe('end\n')
  })

  it('sees the variables of the sandbox', async () => {
    const { key } = await stack.newOwner()
    const other = await createSandbox(stack, key, { envs: { GREETING: 'hi' }, directory: '/x y' })
    const body = { code: 'import os\nprint(os.environ["GREETING"], os.getcwd())' }
    expect((await other.json('POST', '/run/code', body)).data.output).toBe('hi /x y\n')
  })

  it('runs what the user has installed', async () => {
    const bun = join(dirname(createRequire(import.meta.url).resolve('bun/package.json')), 'bin/bun.exe')
    expect(existsSync(bun)).toBe(true)
    const put = await fetch(`${sandbox.url}/raw//home/user/.local/bin/bun`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${sandbox.token}`,
        'content-type': 'application/octet-stream',
        'content-length': String(statSync(bun).size),
      },
      body: Readable.toWeb(createReadStream(bun)) as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    expect(put.status).toBe(200)
    await sandbox.run('chmod +x /home/user/.local/bin/bun')
    await sandbox.call('POST', '/files', { path: 'near.ts', content: 'export const n: number = 7' })
    const code =
      'import { n } from "./near"\nconst version: string = Bun.version\nconsole.log(n, version.length > 0)'
    expect(await run(code, 'bun')).toEqual({ output: '7 true\n', exit_code: 0, language: 'bun' })
  })

  it('keeps the beginning of an endless output, and says that it is one', async () => {
    const { output, truncated } = await run('head -c 9000000 /dev/zero | tr "\\0" x', 'bash')
    expect({ size: output.length, truncated }).toEqual({ size: 8 * 1024 * 1024, truncated: true })
  })

  it('ends the code when the client leaves, and removes what it left', async () => {
    const code = 'trap "" TERM\necho begun > /tmp/begun\nwhile :; do sleep 0.05; done'
    const bytes = Buffer.from(JSON.stringify({ code, language: 'bash' }))
    const request = sendRequest(`${sandbox.url}/run/code`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${sandbox.token}`,
        'content-type': 'application/json',
        'content-length': bytes.length,
      },
    })
    request.on('error', () => undefined)
    request.end(bytes)
    await expect.poll(async () => (await sandbox.run('cat /tmp/begun')).stdout).toBe('begun\n')
    const running = async () => Number((await sandbox.run('pgrep -fc "sandlot-cod[e]-"')).stdout)
    expect(await leftovers()).toBe('1')
    expect(await running()).toBeGreaterThan(0)
    request.destroy()
    await expect.poll(running).toBe(0)
    await expect.poll(leftovers).toBe('0')
  })

  it('says so where the code cannot be written', async () => {
    const { key } = await stack.newOwner()
    const full = await createSandbox(stack, key)
    await full.run('chmod 500 /tmp')
    const response = await full.call('POST', '/run/code', { code: 'print(1)' })
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 503,
      body: { code: 'unavailable', error: expect.stringContaining('/tmp') },
    })
  })

  it('refuses bodies that are none', async () => {
    expect(await refusal({})).toMatchObject({ status: 400, code: 'bad_request' })
    expect(await refusal({ code: 1 })).toMatchObject({ status: 400, code: 'bad_request' })
    expect(await refusal({ code: '', language: 1 })).toMatchObject({ status: 400, code: 'bad_request' })
    expect(await refusal({ code: '', language: '__proto__' })).toMatchObject({ status: 400 })
    expect(await refusal({ code: 'x'.repeat(2 ** 21 + 1) })).toMatchObject({ status: 400 })
    expect(await refusal({ code: 'x'.repeat(7_000_000) })).toMatchObject({ status: 413, code: 'too_large' })
    expect(await refusal({ code: 'x', language: 'deno' })).toMatchObject({ status: 501, code: 'unsupported' })
    expect((await sandbox.call('GET', '/run/code')).status).toBe(405)
  })

  it('is for those who may change things', async () => {
    const { token } = await stack.access.createSessionToken(sandbox.sandboxId, { role: 'view' })
    expect(await refusal({ code: '' }, { authorization: `Bearer ${token}` })).toMatchObject({ status: 403 })
    expect(await refusal({ code: '' }, { authorization: 'Bearer none' })).toMatchObject({ status: 401 })
  })
})
