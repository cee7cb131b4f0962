import { execFile } from 'node:child_process'
import { chmod, chown, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { z } from 'zod'
import { SandboxesClient } from '@/lib/client/sandboxes'
import { StartScript } from './start-script'

const run = promisify(execFile)
/** Who is neither root nor the user of a sandbox. */
const SOMEBODY = 61_234
/** What is installed is small, and has a program of its own. */
const NPM_PACKAGE = 'semver'
const PYTHON_PACKAGE = 'tabulate'

const RunAnswer = z.object({
  data: z.object({ stdout: z.string(), stderr: z.string(), exit_code: z.number() }),
})

let folder: string
let server: StartScript
let sandboxes: SandboxesClient
let sandbox: { sandboxId: string; url: string; token: string }

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandlot-home-'))
  await chmod(folder, 0o711)
  const node = await copyNode(join(folder, 'somebody'))
  const settings = { SANDLOT_DATA_DIR: join(folder, 'data'), SANDLOT_WARM_SANDBOXES: '0' }
  server = new StartScript({ node, settings })
  const baseUrl = await server.says(/Sandlot is ready at (\S+)/)
  const key = new StartScript({ node, settings, program: ['scripts/run.mjs', 'key', 'create'] })
  sandboxes = new SandboxesClient({ baseUrl, token: await key.says(/^(sl_\S+)$/m) })
  sandbox = await sandboxes.create({})
})
test.afterAll(async () => {
  await sandboxes?.delete(sandbox.sandboxId)
  await server?.end()
  await rm(folder, { recursive: true, force: true })
})

/** As version managers keep it: in a home that nobody else may look into. */
async function copyNode(home: string): Promise<string> {
  const prefix = join(home, '.nvm/versions/node', process.version)
  await mkdir(join(prefix, 'bin'), { recursive: true })
  await cp(process.execPath, join(prefix, 'bin/node'))
  const { stdout: packages } = await run('npm', ['root', '--global'])
  await cp(join(packages.trim(), 'npm'), join(prefix, 'lib/node_modules/npm'), {
    recursive: true,
    dereference: true,
  })
  for (const name of ['npm', 'npx'])
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(prefix, 'bin', name))
  await chmod(home, 0o700)
  if (process.getuid?.() === 0) await chown(home, SOMEBODY, SOMEBODY)
  return join(prefix, 'bin/node')
}

async function inSandbox(command: string): Promise<string> {
  const response = await fetch(`${sandbox.url}/run/command`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ command }),
  })
  const { stdout, stderr, exit_code: code } = RunAnswer.parse(await response.json()).data
  expect(code, `${command}:\n${stdout}${stderr}`).toBe(0)
  return stdout
}

test('sandboxes have the Node that Sandlot runs on, and its npm', async () => {
  expect(await inSandbox('node --version')).toBe(`${process.version}\n`)
  expect(await inSandbox('command -v node npm npx')).toBe(
    ['node', 'npm', 'npx'].map((name) => `/opt/sandlot/node/bin/${name}\n`).join(''),
  )
  expect(await inSandbox('npm --version')).toMatch(/^\d+\.\d+\.\d+/)
})

test('npm i -g and pip install put programs on the PATH', async () => {
  test.slow()
  const found = await run('npm', ['view', NPM_PACKAGE, 'version']).catch(() => null)
  test.skip(found === null, 'No package registry can be reached from here.')
  await inSandbox(`npm install --global --no-audit --no-fund ${NPM_PACKAGE}`)
  expect(await inSandbox(`command -v semver; semver --increment minor 1.2.3`)).toBe(
    '/home/user/.npm-global/bin/semver\n1.3.0\n',
  )
  await inSandbox(`pip install --quiet ${PYTHON_PACKAGE}`)
  expect(await inSandbox(`command -v tabulate; printf 'a b\\n' | tabulate --format plain`)).toBe(
    '/home/user/.local/bin/tabulate\na  b\n',
  )
})
