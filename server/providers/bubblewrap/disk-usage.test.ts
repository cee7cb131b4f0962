import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BYTES_PER_FILE, isBelowFloor, measureTrees } from './disk-usage'

const GiB = 1024 ** 3
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sandlot-disk-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('counts what files hold', async () => {
  writeFileSync(join(dir, 'file'), Buffer.alloc(1_000_000, 1))
  expect(await measureTrees([dir])).toBeGreaterThanOrEqual(1_000_000)
})

it('counts empty files too', async () => {
  mkdirSync(join(dir, 'many'))
  for (let i = 0; i < 500; i++) writeFileSync(join(dir, 'many', String(i)), '')
  expect(await measureTrees([dir])).toBeGreaterThanOrEqual(500 * BYTES_PER_FILE)
})

it('counts all trees, and a file with a name in each only once', async () => {
  for (const name of ['one', 'two']) mkdirSync(join(dir, name))
  writeFileSync(join(dir, 'one', 'file'), Buffer.alloc(1_000_000, 1))
  linkSync(join(dir, 'one', 'file'), join(dir, 'two', 'file'))
  writeFileSync(join(dir, 'two', 'other'), Buffer.alloc(1_000_000, 1))
  const measured = await measureTrees([join(dir, 'one'), join(dir, 'two')])
  expect(measured).toBeGreaterThanOrEqual(2_000_000)
  expect(measured).toBeLessThan(2_500_000)
})

it('tells a tree that takes too long from one that is not there', async () => {
  expect(await measureTrees(['/usr'], { timeoutMs: 1 })).toBe('too_slow')
  expect(await measureTrees([join(dir, 'missing')])).toBeNull()
})

it('keeps room and files free for the host', () => {
  const roomy = { bsize: 4096, blocks: GiB, bavail: GiB / 2, files: 1000, ffree: 500 }
  expect(isBelowFloor(roomy)).toBe(false)
  expect(isBelowFloor({ ...roomy, bavail: 1000 })).toBe(true)
  expect(isBelowFloor({ ...roomy, ffree: 49 })).toBe(true)
  expect(isBelowFloor({ ...roomy, files: 0, ffree: 0 })).toBe(false)
  expect(isBelowFloor({ ...roomy, blocks: 10_000, bavail: 501 })).toBe(false)
})
