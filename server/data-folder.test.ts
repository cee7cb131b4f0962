import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
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

it('is free where its holder has ended and nobody has asked after it', async () => {
  // What takes the place of the shell never waits for the shell's child.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  const fields = () =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  await vi.waitFor(() => expect(fields()[0]).toBe('Z'))
  writeFileSync(join(folder, 'server.lock'), `${pid} ${fields()[19]}`)
  takeDataFolder(folder).release()
  parent.kill()
})
