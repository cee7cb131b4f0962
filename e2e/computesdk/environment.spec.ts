import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from './fixtures'

/** As somebody writes it who has read the client's own documentation, on Node before 22. */
const PROGRAM = `
import WebSocket from 'ws'
import { compute } from 'computesdk'
globalThis.WebSocket ??= WebSocket
const sandbox = await compute.sandbox.create({ directory: '/project' })
await sandbox.filesystem.writeFile('hello.py', 'print("hello", 6 * 7)')
const ran = await sandbox.runCommand('python3 hello.py')
let streamed = ''
await sandbox.runCommand('pwd', { onStdout: (text) => { streamed += text } })
const code = await sandbox.runCode('console.log(process.cwd())')
await compute.sandbox.destroy(sandbox.sandboxId)
const gone = await compute.sandbox.getById(sandbox.sandboxId)
await sandbox.disconnect()
console.log(JSON.stringify({ ran: ran.stdout, streamed, code: code.output, gone }))
`

test('a program finds Sandlot by environment variables alone', async ({ gateway }) => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM],
    {
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        COMPUTESDK_TRIBUTARY_URL: gateway.url,
        COMPUTESDK_API_KEY: gateway.key,
        COMPUTESDK_PROVIDER: 'computesdk',
      },
      timeout: 60_000,
    },
  )
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({
    ran: 'hello 42\n',
    streamed: '/project\n',
    code: '/project\n',
    gone: null,
  })
})
