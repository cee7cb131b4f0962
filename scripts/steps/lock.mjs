import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { root } from './paths.mjs'
import { say } from './progress.mjs'
import { StepError } from './step-error.mjs'

/** Longer than a whole first setup; whoever holds the lock then is stuck. */
const GIVE_UP_MS = 20 * 60_000
const LOCK_NAME = `sandlot-build-${createHash('sha256').update(root).digest('hex').slice(0, 32)}`

/**
 * Runs `work` while no other script of this checkout installs or builds. The lock is a listening socket in Linux's abstract
 * namespace: the kernel lets go of it however its holder ends, so a lock never goes stale, and waiting is a connection.
 */
export async function withLock(work, name = LOCK_NAME) {
  const held = await acquire(`\0${name}`)
  try {
    return await work()
  } finally {
    held.release()
  }
}

async function acquire(address) {
  const deadline = Date.now() + GIVE_UP_MS
  for (;;) {
    const held = await tryAcquire(address)
    if (held) return held
    await waitForRelease(address, deadline)
    if (Date.now() > deadline)
      throw new StepError(
        'Another Sandlot script has been building here for 20 minutes. End it and try again.',
      )
  }
}

async function tryAcquire(address) {
  const waiting = new Set()
  const server = createServer((socket) => {
    waiting.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket))
    socket.write(String(process.pid))
  })
  server.listen(address)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (error.code === 'EADDRINUSE') return null
    throw error
  }
  server.unref()
  const release = () => {
    server.close()
    for (const socket of waiting) socket.destroy()
  }
  return { release }
}

/** Resolves when the holder lets go or ends. */
function waitForRelease(address, deadline) {
  return new Promise((resolve) => {
    const socket = connect(address)
    const timer = setTimeout(() => socket.destroy(), Math.max(0, deadline - Date.now()))
    socket.on('data', (pid) => say(`Process ${pid} is installing or building Sandlot here; waiting for it…`))
    // It let go between our two calls: nothing to wait for.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
