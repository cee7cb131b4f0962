import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { findServer, takeDataFolder } from './data-folder'

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
  // What takes the place of the shell never waits for the shell's child, which must not end before.
  const script = 'cat <&3 & echo $!; exec sleep 60 3<&-'
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] })
  const [line] = await once(parent.stdout as Readable, 'data')
  const pid = Number(String(line))
  await vi.waitFor(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'))
  const [, , , pipe] = parent.stdio
  ;(pipe as Writable).end()
  const fields = () =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  await vi.waitFor(() => expect(fields()[0]).toBe('Z'))
  writeFileSync(join(folder, 'server.lock'), `${pid} ${fields()[19]}`)
  takeDataFolder(folder).release()
  parent.kill()
})

it('says where its server is reached, once that is known and while it runs', () => {
  expect(findServer(folder)).toBeNull()
  const held = takeDataFolder(folder)
  expect(findServer(folder)).toEqual({ pid: process.pid, url: null })
  held.publish('http://localhost:4100')
  expect(findServer(folder)).toEqual({ pid: process.pid, url: 'http://localhost:4100' })
  held.release()
  expect(findServer(folder)).toBeNull()
  expect(readdirSync(folder)).toEqual([])
})

it('does not take the address of a killed server for that of the next', () => {
  writeFileSync(join(folder, 'server.address'), '1234567 12345\nhttp://localhost:9')
  const held = takeDataFolder(folder)
  expect(findServer(folder)?.url).toBeNull()
  held.release()
})

it('that cannot be made is refused with the reason and a remedy', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => takeDataFolder(join(folder, 'file', 'data'))).toThrow(
    /cannot be used: ENOTDIR.*Set SANDLOT_DATA_DIR to a folder that this user can write to/,
  )
})
