import { readFileSync } from 'node:fs'
import { inRoot } from '../steps/paths.mjs'

/** Full names of skipped tests that no entry `{ name, reason }` explains; `name` is the whole name or its beginning. */
export function unexplainedSkips(skipped, allowed = readAllowed()) {
  return skipped.filter((name) => !allowed.some((entry) => entry.reason && name.startsWith(entry.name)))
}

function readAllowed() {
  return JSON.parse(readFileSync(inRoot('scripts/allowed-skips.json'), 'utf8'))
}
