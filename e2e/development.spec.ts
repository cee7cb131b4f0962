import { existsSync, statSync } from 'node:fs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from './start-fixtures'
import type { StartScript } from './start-script'

const READY = /Sandlot is ready at (\S+)/g

test('npm run dev takes over what changes in a page, in the server and in the agent', async ({
  newCheckout,
  start,
}) => {
  const { path: folder } = await newCheckout('developed')
  const script = start({ folder, program: ['scripts/start.mjs', '--dev'] })
  const url = await isReady(script, 1)

  await replace(join(folder, 'app/sign-in/page.tsx'), "title: 'Sign in'", "title: 'Another page'")
  await expect.poll(() => titleOf(`${url}/sign-in`), { timeout: 60_000 }).toContain('Another page')

  const agent = join(folder, '.build/agent/sandlot-agent')
  const before = statSync(agent).ino
  await appendFile(join(folder, 'server/agent/main.ts'), '\nexport const changed = 1\n')
  await expect.poll(() => existsSync(agent) && statSync(agent).ino, { timeout: 60_000 }).not.toBe(before)
  expect(script.output.match(READY)).toHaveLength(1)

  await replace(join(folder, 'server/health.ts'), "status: 'ok' }", "status: 'another' }")
  const again = await isReady(script, 2)
  expect(await (await fetch(`${again}/healthz`)).json()).toEqual({ status: 'another' })

  script.interrupt()
  expect(await script.exited, script.output).toBe(0)
  expect(script.isGroupAlive).toBe(false)
})

/** The address that the server gave in its nth start. */
async function isReady(script: StartScript, count: number): Promise<string> {
  const starts = () => [...script.output.matchAll(READY)]
  await expect.poll(() => starts().length, { timeout: 60_000 }).toBe(count)
  return starts().at(-1)?.[1] ?? ''
}

async function titleOf(url: string): Promise<string | undefined> {
  return /<title>(.*?)<\/title>/.exec(await (await fetch(url)).text())?.[1]
}

async function replace(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  await writeFile(file, text.replace(from, to))
}
