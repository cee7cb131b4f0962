import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runVisibly } from './run-visibly.mjs'

/** The whole product in a browser; counts are read from Playwright's JSON report. */
export async function runPlaywright() {
  const folder = mkdtempSync(join(tmpdir(), 'sandlot-report-'))
  const report = join(folder, 'report.json')
  try {
    const code = await runVisibly(
      process.execPath,
      ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'],
      { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    )
    return countPlaywright(report, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function countPlaywright(report, code) {
  const specs = readSuites(report).flatMap((suite) => specsOf(suite, []))
  const failed = specs.filter(({ status }) => status === 'unexpected' || status === 'flaky').length
  return {
    passed: specs.filter(({ status }) => status === 'expected').length,
    failed: failed === 0 && (code !== 0 || specs.length === 0) ? 1 : failed,
    skipped: specs.filter(({ status }) => status === 'skipped').map(({ name }) => `e2e: ${name}`),
  }
}

function specsOf(suite, parents) {
  const names = [...parents, suite.title]
  const own = (suite.specs ?? []).flatMap(({ title, tests }) =>
    tests.map(({ status }) => ({ name: [...names, title].join(' › '), status })),
  )
  return [...own, ...(suite.suites ?? []).flatMap((child) => specsOf(child, names))]
}

function readSuites(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).suites
  } catch {
    return []
  }
}
