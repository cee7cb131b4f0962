import { existsSync, readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { step } from './progress.mjs'
import { runCommand } from './run-command.mjs'
import { hashInputs, readStamp, removeStamp, writeStamp } from './stamps.mjs'

const STAMP = 'npm-packages'

/** Installs what package-lock.json says, unless exactly that is there: a developer's own `npm install` counts. */
export async function ensureNpmPackages() {
  const hash = hashInputs(['package-lock.json'])
  if (existsSync(inRoot('node_modules')) && (readStamp(STAMP) === hash || isInstalled())) {
    if (readStamp(STAMP) !== hash) writeStamp(STAMP, hash)
    return
  }
  // Cut short, it leaves a part of the packages, which must not pass for all of them.
  removeStamp(STAMP)
  await step('Installing npm packages', () =>
    runCommand('npm-ci', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      env: { NODE_ENV: 'development' },
      remedy: 'Check the connection to the npm registry (npm ping) and the free disk space, then try again.',
    }),
  )
  writeStamp(STAMP, hash)
}

/** npm writes what it installed to a hidden lockfile; packages for other platforms are in the one and not in the other. */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const have = readPackages('node_modules/.package-lock.json')
  if (!wanted || !have) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    const installed = have[path]
    return installed ? installed.version === version && existsSync(inRoot(path)) : optional === true
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(inRoot(file), 'utf8')).packages
  } catch {
    return null
  }
}
