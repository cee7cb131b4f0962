import { parseArgs } from 'node:util'
import { RunningServer } from '../e2e/running-server'
import { settings as documented } from '../server/settings'
import { measureCommands } from './commands'
import type { BenchContext, Measured } from './figure'
import { measureFiles } from './files'
import { measureIdleMemory } from './idle-memory'
import { describeMachine, printTable, writeResults } from './report'
import { measureTerminals } from './terminals'
import { measureTimeToInteractive } from './time-to-interactive'
import { measureTransfers } from './transfers'
import { measureWorkbench } from './workbench'

const BENCHES: Record<string, (context: BenchContext) => Promise<Measured>> = {
  start: measureTimeToInteractive,
  terminals: measureTerminals,
  memory: measureIdleMemory,
  workbench: measureWorkbench,
  files: measureFiles,
  commands: measureCommands,
  transfers: measureTransfers,
}
const COUNT = 100
const QUICK_COUNT = 10

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
const names = values.only?.split(',') ?? Object.keys(BENCHES)
const server = await RunningServer.start()
try {
  await runBenches()
} finally {
  await server.dispose()
}

async function runBenches(): Promise<void> {
  const sandboxes = await server.sandboxes()
  const isQuick = values.quick ?? false
  const context: BenchContext = { server, sandboxes, isQuick, count: isQuick ? QUICK_COUNT : COUNT }
  const machine = describeMachine()
  const settings = await describeDefaults(context)
  console.log(`${lineOf(machine)}\n${lineOf(settings)}\n`)
  const all: Measured = { figures: [], notes: [] }
  for (const name of names) {
    const measure = BENCHES[name]
    if (!measure)
      throw new Error(`There is no bench called ${name}. There are: ${Object.keys(BENCHES).join(', ')}.`)
    console.log(`measuring ${name}…`)
    const { figures, notes } = await measure(context)
    all.figures.push(...figures)
    all.notes.push(...notes)
  }
  console.log('')
  printTable(all)
  console.log(`\nwritten to ${writeResults({ machine, settings, ...all })}`)
}

/** What a sandbox of this run is: the shipped defaults, as one says of itself. */
async function describeDefaults({ sandboxes, server }: BenchContext): Promise<Record<string, unknown>> {
  const { sandboxId, token, provider } = await sandboxes.create({})
  const response = await fetch(`${server.url}/sandboxes/${sandboxId}/sandbox`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { egress, limits, unenforced } = (await response.json()) as Record<string, unknown>
  await sandboxes.delete(sandboxId)
  return { provider, pool: documented.SANDLOT_WARM_SANDBOXES.fallback, network: egress, limits, unenforced }
}

function lineOf(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
}
