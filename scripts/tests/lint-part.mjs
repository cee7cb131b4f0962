import { readFileSync } from 'node:fs'
import { inRoot } from '../steps/paths.mjs'
import { runVisibly } from './run-visibly.mjs'

/** Each `lint:*` script counts as one check, and all run: a type error should not hide a style error. */
export async function runLint() {
  const { scripts } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))
  const counts = { passed: 0, failed: 0, skipped: [] }
  for (const name of Object.keys(scripts).filter((script) => script.startsWith('lint:'))) {
    const code = await runVisibly('npm', ['run', '--silent', name])
    if (code === 0) counts.passed += 1
    else counts.failed += 1
    console.log(`${name}: ${code === 0 ? 'ok' : 'failed'}`)
  }
  return counts
}
