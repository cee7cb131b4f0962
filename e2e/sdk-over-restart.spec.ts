import { WebSocket } from 'ws'
import { Sandlot } from '@/lib/client/sandlot'
import { expect, test } from './fixtures'

const LINES = Array.from({ length: 60 }, (_, index) => `${index + 1}\n`).join('')

test('a killed server costs the client no line of output, no key and no watcher', async ({ server }) => {
  const options = { url: server.url, apiKey: await server.apiKey(), WebSocket }
  const sandbox = await new Sandlot(options).create()
  const seen = { stdout: '', screen: '', paths: [] as string[] }
  const watcher = await sandbox.watcher.create('/tmp')
  watcher.on('change', ({ path }) => seen.paths.push(path))
  const pty = await sandbox.terminal.create({ pty: true })
  pty.on('output', (text) => {
    seen.screen += text
  })
  const running = sandbox.runCommand('for n in $(seq 60); do echo $n; sleep 0.1; done', {
    onStdout: (text) => {
      seen.stdout += text
    },
  })
  await expect.poll(() => seen.stdout).toContain('10\n')

  await server.kill()
  pty.write('echo typed $((6 * 7))\n')
  await server.start()
  expect((await running).exitCode).toBe(0)
  expect(seen.stdout).toBe(LINES)
  await expect.poll(() => seen.screen).toContain('typed 42')
  await sandbox.filesystem.writeFile('/tmp/after', '')
  await expect.poll(() => seen.paths).toContain('/tmp/after')
  await sandbox.destroy()
})
