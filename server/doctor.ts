import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toSandboxError } from '@/lib/errors'
import { readStart } from './config'
import { makeDataFolder } from './data-folder'
import { createLogger } from './log'
import { BubblewrapProvider } from './providers/bubblewrap'
import type { Check } from './providers/provider'
import { rootFolder } from './root-folder'

const USAGE =
  'npm run doctor [-- --json]   what this machine can enforce and offer to sandboxes, with remedies'
const MARKS: Record<Check['status'], string> = { ok: '✓', degraded: '!', missing: '✗' }

/** `npm run doctor`: exit code 1 where something is missing without which no sandbox starts. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(USAGE)
  const checks = await check()
  console.log(values.json ? JSON.stringify({ checks }, null, 2) : table(checks))
  if (checks.some(({ status }) => status === 'missing')) process.exitCode = 1
}

async function check(): Promise<Check[]> {
  const root = rootFolder()
  const start = readStart(root, [])
  if (start.kind === 'help') return []
  const { dataDir, packages } = start.config
  makeDataFolder(dataDir)
  const agentPath = join(root, '.build', 'agent', 'sandlot-agent')
  const templatesPath = join(root, '.build', 'templates')
  const log = createLogger('error')
  const provider = new BubblewrapProvider({ dataDir, agentPath, templatesPath, packages, log })
  try {
    return await provider.check()
  } finally {
    await provider.close()
  }
}

function table(checks: Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.flatMap(({ name, status, detail, remedy }) => [
    `${MARKS[status]} ${name.padEnd(width)}  ${detail}`,
    ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}  → ${remedy}`]),
  ])
  return [...lines, '', summary(checks)].join('\n')
}

function summary(checks: Check[]): string {
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length
  if (count('missing') > 0) return 'Sandboxes cannot run here yet: see what is marked ✗.'
  if (count('degraded') > 0)
    return `Sandboxes run here. What is marked ! could be better (${count('degraded')}).`
  return 'All is well.'
}

try {
  await main()
} catch (error) {
  console.error(toSandboxError(error).message)
  process.exitCode = 1
}
