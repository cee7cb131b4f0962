import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Figure, isWithinAim, type Measured, ratioOf } from './figure'

const HEADINGS = ['figure', 'ours', 'raw or peer', 'ratio', 'aim', '']

/** What stands beside every result, since figures of two machines do not compare. */
export function describeMachine(): Record<string, string | number> {
  return {
    date: new Date().toISOString(),
    node: process.version,
    kernel: release(),
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryMb: Math.round(totalmem() / 1024 / 1024),
  }
}

export function printTable({ figures, notes }: Measured): void {
  const rows = [HEADINGS, ...figures.map(rowOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  for (const note of notes) console.log(`· ${note}`)
}

/** `bench/results/<date>.json`: the figures, the machine and the settings they were measured with. */
export function writeResults(result: Measured & { machine: object; settings: object }): string {
  const folder = fileURLToPath(new URL('results', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`)
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  return file
}

function rowOf(figure: Figure): string[] {
  const ratio = ratioOf(figure)
  const isWithin = isWithinAim(figure)
  return [
    figure.name,
    `${round(figure.ours)} ${figure.unit}`,
    figure.peer ? `${round(figure.peer.value)} (${figure.peer.name})` : '–',
    ratio === null ? '–' : ratio.toFixed(2),
    aimText(figure),
    isWithin === null ? '' : isWithin ? 'ok' : 'MISSED',
  ]
}

function aimText(figure: Figure): string {
  if (figure.aim === undefined) return '–'
  const sign = figure.isMoreBetter ? '≥' : '≤'
  if (figure.aimOf === 'ratio') return `${sign} ${figure.aim} of raw`
  if (figure.aimOf === 'over peer') return `${sign} ${figure.aim} over raw`
  return `${sign} ${figure.aim}`
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
