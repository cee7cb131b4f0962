import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { withLock } from './lock.mjs'

const lockModule = fileURLToPath(new URL('./lock.mjs', import.meta.url))

it('lets one work at a time, in one process', async () => {
  const name = `sandlot-test-${process.pid}-a`
  let inside = 0
  let most = 0
  const work = async () => {
    inside += 1
    most = Math.max(most, inside)
    await new Promise(setImmediate)
    inside -= 1
  }
  await Promise.all([withLock(work, name), withLock(work, name), withLock(work, name)])
  expect(most).toBe(1)
})

it('lets go when the work fails', async () => {
  const name = `sandlot-test-${process.pid}-b`
  await expect(withLock(() => Promise.reject(new Error('no')), name)).rejects.toThrow('no')
  expect(await withLock(() => Promise.resolve('yes'), name)).toBe('yes')
})

it('is free again when its holder is killed', async () => {
  const name = `sandlot-test-${process.pid}-c`
  const hold = `import(${JSON.stringify(lockModule)}).then(({ withLock }) =>
    withLock(() => { console.log('held'); return new Promise(() => setInterval(() => {}, 1e6)) }, ${JSON.stringify(name)}))`
  const holder = spawn(process.execPath, ['-e', hold], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  const waiting = withLock(() => Promise.resolve('mine'), name)
  holder.kill('SIGKILL')
  expect(await waiting).toBe('mine')
})
