import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { takeDataFolder } from './data-folder'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandlot-data-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('is for one process at a time, and free again when that lets go', () => {
  const first = takeDataFolder(join(folder, 'new'))
  expect(() => takeDataFolder(join(folder, 'new'))).toThrow(
    `Another Sandlot (process ${process.pid}) uses ${join(folder, 'new')}`,
  )
  first.release()
  takeDataFolder(join(folder, 'new')).release()
})

it('is free where its holder was killed, even if another process has its number now', async () => {
  const dead: ChildProcess = spawn('true')
  await once(dead, 'exit')
  writeFileSync(join(folder, 'server.lock'), `${dead.pid} 12345`)
  takeDataFolder(folder).release()
  writeFileSync(join(folder, 'server.lock'), `${process.pid} 1`)
  takeDataFolder(folder).release()
  writeFileSync(join(folder, 'server.lock'), '')
  takeDataFolder(folder).release()
})
