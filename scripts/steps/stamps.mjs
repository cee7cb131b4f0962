import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inBuild, inRoot } from './paths.mjs'

const IGNORED = /(^|\/)node_modules$|^server\/templates\/[^/]+\/files$|\.test\.tsx?$/

/** A hash of the content of files and folders, named from the root; what is missing counts as such. */
export function hashInputs(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(expand)) hash.update(`\0${path}\0`).update(read(path))
  return hash.digest('hex')
}

/** Whether what was built from exactly these inputs is still there. */
function isFresh(name, hash, outputs) {
  return readStamp(name) === hash && outputs.every((output) => existsSync(inRoot(output)))
}

/** Builds when stale; the stamp goes first and comes last, so that a build cut short is not taken for a whole one. */
export async function buildWhenStale(name, { inputs, outputs }, build) {
  const hash = hashInputs(inputs)
  if (isFresh(name, hash, outputs)) return false
  removeStamp(name)
  await build()
  writeStamp(name, hash)
  return true
}

export function readStamp(name) {
  try {
    return readFileSync(stampFile(name), 'utf8')
  } catch {
    return null
  }
}

export function removeStamp(name) {
  rmSync(stampFile(name), { force: true })
}

export function writeStamp(name, content) {
  mkdirSync(inBuild('stamps'), { recursive: true })
  writeFileSync(stampFile(name), content)
}

function stampFile(name) {
  return inBuild('stamps', name)
}

function expand(path) {
  const found = statSync(inRoot(path), { throwIfNoEntry: false })
  if (!found?.isDirectory()) return [path]
  return readdirSync(inRoot(path), { withFileTypes: true })
    .map((entry) => join(path, entry.name))
    .filter((child) => !IGNORED.test(child))
    .sort()
    .flatMap(expand)
}

function read(path) {
  try {
    return readFileSync(inRoot(path))
  } catch {
    return 'missing'
  }
}
