import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inBuild, inRoot } from './paths.mjs'
import { say, step } from './progress.mjs'
import { runCommand } from './run-command.mjs'
import { buildWhenStale } from './stamps.mjs'
import { StepError } from './step-error.mjs'

/** What every sandbox has in /templates, and the folder of server/templates that it is. */
const TEMPLATES = { node: 'node', python: 'python', react: 'vite-react', nextjs: 'nextjs' }
/** Has its packages installed, for overlays to link: few and small, and its programs write nothing among them. */
const WITH_PACKAGES = 'node'
const MANIFEST = `server/templates/${WITH_PACKAGES}/files/package.json`
const LOCKFILE = `server/templates/${WITH_PACKAGES}/package-lock.json`
const PACKAGES = '.build/template-packages'
/** Without a network this is known at once; with a bad one nobody should wait longer for something optional. */
const INSTALL_TIMEOUT_MS = 60_000

export const templatesFolder = inBuild('templates')

/** The folder that sandboxes see as /templates. Its packages may be missing: the templates work without. */
export async function buildTemplates() {
  await installPackages()
  const inputs = [
    'scripts/steps/templates.mjs',
    ...Object.values(TEMPLATES).map((name) => `server/templates/${name}/files`),
    LOCKFILE,
    '.build/stamps/template-packages',
  ]
  await buildWhenStale('templates', { inputs, outputs: ['.build/templates'] }, assemble)
}

async function installPackages() {
  const inputs = [MANIFEST, LOCKFILE]
  try {
    await buildWhenStale('template-packages', { inputs, outputs: [`${PACKAGES}/node_modules`] }, () =>
      step(`Installing the packages of the template ${WITH_PACKAGES}`, runNpm),
    )
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    say(
      `They could not be installed (see ${inBuild('logs', 'template-packages.log')}). The template works without; the next start tries again.`,
    )
  }
}

async function runNpm() {
  rmSync(inRoot(PACKAGES), { recursive: true, force: true })
  mkdirSync(inRoot(PACKAGES), { recursive: true })
  copyFileSync(inRoot(MANIFEST), inRoot(PACKAGES, 'package.json'))
  copyFileSync(inRoot(LOCKFILE), inRoot(PACKAGES, 'package-lock.json'))
  const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000']
  await runCommand(
    'template-packages',
    'npm',
    ['ci', '--prefix', inRoot(PACKAGES), ...options, ...patience],
    {
      timeoutMs: INSTALL_TIMEOUT_MS,
    },
  )
}

/** Beside the old one first: what reads it sees the one or the other. */
function assemble() {
  const fresh = `${templatesFolder}.${process.pid}`
  try {
    for (const [name, folder] of Object.entries(TEMPLATES))
      cpSync(inRoot('server/templates', folder, 'files'), join(fresh, name), { recursive: true })
    const target = join(fresh, WITH_PACKAGES)
    copyFileSync(inRoot(LOCKFILE), join(target, 'package-lock.json'))
    const packages = inRoot(PACKAGES, 'node_modules')
    const isWhole = existsSync(inBuild('stamps', 'template-packages'))
    if (isWhole) cpSync(packages, join(target, 'node_modules'), { recursive: true, verbatimSymlinks: true })
    rmSync(templatesFolder, { recursive: true, force: true })
    renameSync(fresh, templatesFolder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
