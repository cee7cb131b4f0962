import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asOrdinaryUser } from './as-user.mjs'
import { runVisibly } from './run-visibly.mjs'

/** One project of vitest.config.ts; counts are read from vitest's JSON report. */
export async function runVitest(project, { asUser = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sandlot-report-'))
  if (asUser) chmodSync(folder, 0o777)
  const report = join(folder, 'report.json')
  const command = [
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    // The other loader writes beside node_modules, where an ordinary user may not.
    '--configLoader',
    'runner',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  try {
    const [program, ...args] = asUser ? asOrdinaryUser(command, folder) : command
    const code = await runVisibly(program, args)
    return countVitest(report, code, project)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function countVitest(report, code, project) {
  const results = readReport(report)
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults)
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failed = tests.filter(({ status }) => status === 'failed').length
  return {
    passed,
    // A file that does not load, an unhandled error and an empty run are failures that no single test shows.
    failed: failed === 0 && (code !== 0 || tests.length === 0) ? 1 : failed,
    skipped: skipped.map(({ fullName }) => `${project}: ${fullName.trim()}`),
  }
}

function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return { testResults: [] }
  }
}
