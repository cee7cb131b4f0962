import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { SandboxClient } from '@/lib/client/sandbox-client'
import { SandboxesClient } from '@/lib/client/sandboxes'
import { AS_ROOT, AS_USER, expectRefusal, HIDE_BUBBLEWRAP, READY, test } from './start-fixtures'
import type { StartScript } from './start-script'

test.describe('settings', () => {
  test('that are wrong are refused together, with names and remedies', async ({ start }) => {
    const script = start({ settings: { SANDLOT_EGRESS: 'some', SANDLOT_MEMORY: '1', HOST: 'http://x' } })
    await expectRefusal(
      script,
      'SANDLOT_EGRESS must be none or all.',
      'SANDLOT_MEMORY: there is no such setting. Did you mean SANDLOT_MEMORY_MB?',
      'HOST must be an address or a host name.',
    )
  })

  test('are read from .env, where a line that is none is refused by its number', async ({
    newCheckout,
    start,
  }) => {
    const checkout = await newCheckout('built')
    const file = join(checkout.path, '.env')
    await writeFile(file, '# mine\n\nSANDLOT_EGRESS none\n')
    const bad = start({ folder: checkout.path })
    await expectRefusal(bad, `${file}, line 3: must be NAME=value`)
    await writeFile(file, '# mine\nSANDLOT_EGRESS=nothing # of it\n')
    await expectRefusal(start({ folder: checkout.path }), 'SANDLOT_EGRESS must be none or all.')
    await writeFile(file, 'export HOST="127.0.0.2"\n')
    expect(await start({ folder: checkout.path }).says(READY)).toMatch(/^http:\/\/localhost:\d+$/)
  })
})

test.describe('the port', () => {
  test('that is taken is said so, with a remedy', async ({ start }) => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expectRefusal(
      start({ settings: { PORT: String(port) } }),
      `Port ${port} is taken. Start Sandlot on another one: PORT=${port + 1} npm start`,
    )
    other.close()
  })

  test('0 is any free one, which is printed and which other commands find', async ({ start }) => {
    const script = start()
    const url = await script.says(READY)
    expect(Number(new URL(url).port)).toBeGreaterThan(0)
    expect(await script.says(/(http\S+\/sign-in#\S+)/)).toContain(`${url}/sign-in#`)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const again = start({ program: ['scripts/run.mjs', 'sign-in'], settings: { PORT: '3000' } })
    expect(await again.exited).toBe(0)
    expect(again.output).toContain(`${url}/sign-in#`)
    const key = start({ program: ['scripts/run.mjs', 'key', 'create'], settings: { PORT: '3000' } })
    expect(await key.exited).toBe(0)
    expect(key.output).toContain(`Sandlot takes it at ${url}`)
  })

  test('is not guessed where nothing runs', async ({ dataDir, start }) => {
    const link = start({ program: ['scripts/run.mjs', 'sign-in'] })
    await expectRefusal(link, `No Sandlot runs on ${dataDir}`, 'Start it with npm start')
    expect(link.output).not.toContain('sign-in#')
    const key = start({ program: ['scripts/run.mjs', 'key', 'create'] })
    expect(await key.exited).toBe(0)
    expect(key.output).toMatch(/^sl_\S+$/m)
    expect(key.output).toContain(`No Sandlot runs on ${dataDir}`)
  })
})

test('HOST=0.0.0.0 says what it means, and answers strangers only for SANDLOT_URL', async ({ start }) => {
  const script = start({ settings: { HOST: '0.0.0.0' } })
  const { port } = new URL(await script.says(READY))
  expect(script.output).toContain('listens on every address of this machine')
  expect(script.output).toContain('Nothing is encrypted')
  expect((await fetch(`http://127.0.0.2:${port}/healthz`)).status).toBe(421)
})

test.describe('the data folder', () => {
  test('is for one of two starts at once', async ({ start }) => {
    const both = [start(), start()]
    const codes = both.map(async (script) => {
      await Promise.race([script.says(READY), script.exited])
      return READY.test(script.output)
    })
    const areReady = await Promise.all(codes)
    expect(areReady.filter(Boolean)).toHaveLength(1)
    const loser = both[areReady.indexOf(false)]
    if (loser) await expectRefusal(loser, /Another Sandlot \(process \d+\) uses/, 'another SANDLOT_DATA_DIR')
  })

  test.describe(() => {
    for (const [what, options, sentence] of [
      ['read-only', 'ro', 'cannot be used: EROFS'],
      ['full', 'size=1m', 'is full. Make 16 MB of room'],
    ] as const) {
      test(`that is ${what} is refused with a remedy`, async ({ dataDir, start }) => {
        const mount = `mount -t tmpfs -o ${options} tmpfs "$0" && exec "$@"`
        const script = start({ within: [...AS_ROOT, 'sh', '-c', mount, dataDir] })
        await expectRefusal(script, `${dataDir} `, sentence, /set SANDLOT_DATA_DIR/i)
      })
    }
  })
})

test.describe('a system package that is missing', () => {
  const COMMAND = 'sudo apt-get update && sudo apt-get install -y bubblewrap'

  test('is named with the one command to run, where nobody may install it', async ({
    newCheckout,
    start,
  }) => {
    const checkout = await newCheckout('installed')
    const script = start({
      folder: checkout.path,
      within: [...AS_USER, 'sh', '-c', `${HIDE_BUBBLEWRAP} && exec "$@"`, 'sh'],
    })
    await expectRefusal(script, 'bubblewrap: without it no sandbox can start.', COMMAND)
    expect(script.output).not.toContain('Installing system packages')
  })

  test('is tried once, and then named, where apt refuses', async ({ dataDir, newCheckout, start }) => {
    const checkout = await newCheckout('installed')
    const apt = join(dataDir, 'apt-get')
    await writeFile(apt, '#!/bin/sh\necho "E: Unable to fetch some archives" >&2\nexit 100\n', {
      mode: 0o755,
    })
    const hide = `${HIDE_BUBBLEWRAP} && mount --bind "$0" /usr/bin/apt-get && exec "$@"`
    const within = [...AS_ROOT, 'sh', '-c', hide, apt]
    const first = start({ folder: checkout.path, within })
    await expectRefusal(first, 'Installing system packages (bubblewrap)', 'E: Unable to fetch', COMMAND)
    const second = start({ folder: checkout.path, within })
    await expectRefusal(second, COMMAND)
    expect(second.output).not.toContain('Installing system packages')
  })
})

test.describe('Ctrl-C', () => {
  test('during the installation ends it, and the next start installs again', async ({
    newCheckout,
    start,
  }) => {
    test.slow()
    const checkout = await newCheckout('built')
    const packages = join(checkout.path, 'node_modules')
    await rm(packages)
    const script = start({ folder: checkout.path })
    await script.says(/Installing npm packages…/)
    // Now there is a part of them, which must not pass for all.
    await expect
      .poll(() => existsSync(packages) && readdirSync(packages).length > 0, { timeout: 60_000 })
      .toBe(true)
    script.interrupt()
    expect(await script.exited, script.output).toBe(130)
    expect(script.output).toContain('Start again to go on.')
    expect(script.isGroupAlive).toBe(false)
    await mkdir(packages, { recursive: true })
    const next = start({ folder: checkout.path })
    await next.says(/Installing npm packages…/)
  })

  for (const [how, stop, code] of [
    ['Ctrl-C', (script: StartScript) => script.interrupt(), 130],
    ['SIGTERM to the script alone', (script: StartScript) => script.signal('SIGTERM'), 143],
  ] as const) {
    test(`during the build (${how}) leaves nothing at work, and nothing that passes for built`, async ({
      newCheckout,
      start,
    }) => {
      const checkout = await newCheckout('installed')
      const script = start({ folder: checkout.path })
      await script.says(/Building the app…/)
      stop(script)
      expect(await script.exited, script.output).toBe(code)
      expect(script.output).not.toContain('failed')
      await expect.poll(() => script.isGroupAlive).toBe(false)
      expect(existsSync(join(checkout.path, '.build/stamps/app'))).toBe(false)
    })
  }

  test('of a running server ends it cleanly; its sandboxes go on and are found again', async ({
    dataDir,
    start,
  }) => {
    const script = start()
    const url = await script.says(READY)
    const key = start({ program: ['scripts/run.mjs', 'key', 'create'] })
    const sandboxes = new SandboxesClient({ baseUrl: url, token: await key.says(/^(sl_\S+)$/m) })
    const { sandboxId, token } = await sandboxes.create({})
    const client = (at: string) => new SandboxClient({ baseUrl: `${at}/sandboxes/${sandboxId}`, token })
    const { id } = await client(url).createTerminal({ command: 'cat' })
    script.interrupt()
    expect(await script.exited, script.output).toBe(0)
    expect(readdirSync(dataDir).filter((name) => name.startsWith('server.'))).toEqual([])

    const next = await start().says(READY)
    expect((await client(next).terminals()).map((terminal) => terminal.id)).toEqual([id])
    expect((await client(next).processes()).map(({ command }) => command)).toContain('cat')
    await client(next).delete()
  })
})
