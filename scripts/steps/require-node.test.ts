import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inRoot } from './paths.mjs'

/** What `npm` runs; each begins by looking at the version of Node. */
const entries = readdirSync(inRoot('scripts'))
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => `scripts/${name}`)
  .filter((path) => readFileSync(inRoot(path), 'utf8').includes('require-node.mjs'))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandlot-old-node-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** This Node, as if it were another: what it says of itself is all that the scripts ask. */
function runAs(version: string, script: string): Promise<{ code: number; stderr: string }> {
  const disguise = join(folder, `${version}.cjs`)
  writeFileSync(disguise, `Object.defineProperty(process.versions, 'node', { value: '${version}' })`)
  return new Promise((resolve) => {
    // Without PATH nothing can be installed, should the look at the version be missing.
    const options = { env: { PATH: folder }, timeout: 20_000 }
    execFile(process.execPath, ['--require', disguise, inRoot(script)], options, (error, _, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stderr }),
    )
  })
}

it('is where every command of npm begins', () => {
  expect(entries).toContain('scripts/start.mjs')
  for (const path of entries)
    expect(readFileSync(inRoot(path), 'utf8'), path).toMatch(/^import '\.\/steps\/require-node\.mjs'\n/)
})

it.each(['12.22.0', '18.20.4', '20.8.1'])(
  'stops Node %s with what to do, before anything else',
  async (version) => {
    const { code, stderr } = await runAs(version, 'scripts/start.mjs')
    expect(code).toBe(1)
    expect(stderr).toBe(
      `Sandlot needs Node.js 20.9 or newer, and this is ${version}.\nInstall a newer one, for example from https://nodejs.org or with nvm: nvm install 22\n`,
    )
  },
)

it.each([...entries, 'scripts/steps/require-node.mjs'])('%s is read by Node 12', async (path) => {
  const source = readFileSync(inRoot(path), 'utf8')
  // Whatever is younger than the target fails, or is written otherwise.
  const [old, current] = await Promise.all(
    ['node12.22', 'esnext'].map((target) => transform(source, { format: 'esm', target })),
  )
  expect(old?.code).toBe(current?.code)
  expect(source.match(/^import .*/gm) ?? []).toEqual(
    path.includes('/steps/') ? [] : ["import './steps/require-node.mjs'"],
  )
})
