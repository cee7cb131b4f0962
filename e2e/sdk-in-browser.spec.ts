import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from './fixtures'

const root = fileURLToPath(new URL('../', import.meta.url))

/** A site that has nothing to do with Sandlot but its client. */
async function startForeignSite() {
  execFileSync(process.execPath, ['scripts/build-sdk.mjs'], { cwd: root })
  const client = await readFile(`${root}.build/sdk/index.js`)
  const site = createServer((request, response) => {
    const isClient = request.url === '/client.js'
    response.writeHead(200, { 'content-type': isClient ? 'text/javascript' : 'text/html' })
    response.end(isClient ? client : '<!doctype html><title>Elsewhere</title>')
  })
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  return { site, url: `http://127.0.0.1:${(site.address() as AddressInfo).port}` }
}

test('a page of another site makes a sandbox and works in it with the built client', async ({
  page,
  server,
}) => {
  const { site, url } = await startForeignSite()
  try {
    await page.goto(url)
    const seen = await page.evaluate(workInSandbox, { url: server.url, apiKey: await server.apiKey() })
    expect(seen).toEqual({
      output: '1\n2\n',
      change: 'add /watched/x.txt',
      typed: true,
      code: 'file_not_found',
      bytes: [0, 255],
    })
  } finally {
    site.close()
  }
})

/** Runs in the page, so it knows nothing of this file. */
async function workInSandbox(options: { url: string; apiKey: string }) {
  const address = '/client.js'
  const { Sandlot } = (await import(address)) as typeof import('@/lib/client/index')
  const sandbox = await new Sandlot(options).create()
  try {
    let output = ''
    await sandbox.runCommand('seq 1 2', {
      onStdout: (text) => {
        output += text
      },
    })
    await sandbox.filesystem.mkdir('/watched')
    const watcher = await sandbox.watcher.create('/watched')
    const changed = new Promise<string>((resolve) =>
      watcher.on('change', ({ event, path }) => resolve(`${event} ${path}`)),
    )
    await sandbox.api.write('/watched/x.txt', new Uint8Array([0, 255]))
    const pty = await sandbox.terminal.create({ pty: true })
    const typed = new Promise<boolean>((resolve) => {
      let screen = ''
      pty.on('output', (text) => {
        screen += text
        if (screen.includes('sum 42')) resolve(true)
      })
    })
    pty.write('echo sum $((6 * 7))\n')
    return {
      output,
      change: await changed,
      typed: await typed,
      code: await sandbox.filesystem.readFile('/none').catch((error) => error.code),
      bytes: [...new Uint8Array(await (await sandbox.api.read('/watched/x.txt')).arrayBuffer())],
    }
  } finally {
    await sandbox.destroy()
  }
}
