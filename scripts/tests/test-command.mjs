import { parseArgs } from 'node:util'
import { prepare } from '../steps/prepare.mjs'
import { formatSeconds } from '../steps/progress.mjs'
import { StepError } from '../steps/step-error.mjs'
import { runLint } from './lint-part.mjs'
import { runPlaywright } from './playwright-part.mjs'
import { unexplainedSkips } from './skips.mjs'
import { runVitest } from './vitest-part.mjs'

/** In the order in which they run: what fails fastest comes first. */
const PARTS = {
  lint: runLint,
  unit: () => runVitest('unit'),
  integration: () => runVitest('integration'),
  // As root, everything that sandboxes stand on is done another way: both are what people run.
  'integration-user': () => (process.getuid() === 0 ? runVitest('integration', { asUser: true }) : null),
  e2e: runPlaywright,
}

/** Runs the parts, prints what came of each, and answers whether all is well. */
export async function testCommand(args) {
  const names = pickParts(args)
  await prepare({ testing: true, app: names.includes('e2e') })
  const results = []
  for (const name of names) {
    const result = await runPart(name)
    if (result) results.push(result)
  }
  return summarize(results)
}

function pickParts(args) {
  const { only } = parseArgs({ args, options: { only: { type: 'string' } } }).values
  const names = only === undefined ? Object.keys(PARTS) : only.split(',')
  const unknown = names.filter((name) => !Object.hasOwn(PARTS, name))
  if (unknown.length > 0) {
    throw new StepError(
      `There is no part called ${unknown.join(', ')}. The parts: ${Object.keys(PARTS).join(', ')}.`,
    )
  }
  return names
}

async function runPart(name) {
  const startedAt = performance.now()
  console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}`)
  const counts = await PARTS[name]()
  if (!counts) {
    console.log('Not run: the part before already ran as an ordinary user.')
    return null
  }
  const seconds = formatSeconds(performance.now() - startedAt)
  console.log(
    `${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped in ${seconds}`,
  )
  return { name, ...counts }
}

function summarize(results) {
  const sum = (count) => results.reduce((total, result) => total + count(result), 0)
  const skipped = results.flatMap(({ skipped }) => skipped)
  const unexplained = unexplainedSkips(skipped)
  console.log(`\n── summary ${'─'.repeat(63)}`)
  for (const { name, passed, failed, skipped } of results) {
    console.log(`${name.padEnd(18)} ${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  }
  for (const name of unexplained)
    console.log(`Skipped without a reason in scripts/allowed-skips.json: ${name}`)
  const failed = sum(({ failed }) => failed)
  console.log(`\n${sum(({ passed }) => passed)} passed, ${failed} failed, ${skipped.length} skipped`)
  return failed === 0 && unexplained.length === 0
}
