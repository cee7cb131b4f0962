import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import { INFO_FD } from './arguments'

export interface Launched {
  /** Pid 1 of the sandbox, as the host sees it. */
  agentPid: number
  /** slirp4netns. */
  networkPid: number | null
}

/** A sandbox that is not ready by then never will be; on a busy machine the last of a hundred takes a few seconds. */
const READY_TIMEOUT_MS = 30_000
/** Of what any one descriptor may say before the sandbox is ready. */
const MAX_SAID_BYTES = 16 * 1024
export const NETWORK_FD = 4

const BubblewrapInfo = z.object({ 'child-pid': z.int().check(z.positive()) })

/** Waits for the agent's "ready", for bubblewrap's word on its pid and for the network; then lets go of all pipes. */
export async function awaitReady(
  child: ChildProcess,
  secret: string,
  hasNetwork: boolean,
): Promise<Launched> {
  const errors = collect(stream(child, 2))
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure('it was not ready in time')), READY_TIMEOUT_MS)
  })
  const broken = new Promise<never>((_, reject) => child.once('error', reject))
  try {
    send(child.stdin, secret)
    const [agentPid, networkPid] = await Promise.race([
      Promise.all([
        agentOf(child),
        hasNetwork ? networkOf(child) : null,
        until(stream(child, 1), /^ready\n/m),
      ]),
      tooLate,
      broken,
    ])
    return { agentPid, networkPid }
  } catch (error) {
    throw error instanceof SandboxError ? failure(errors.text().trim() || error.message) : error
  } finally {
    clearTimeout(timer)
    for (const pipe of child.stdio) pipe?.destroy()
    child.unref()
  }
}

async function agentOf(child: ChildProcess): Promise<number> {
  const text = await until(stream(child, INFO_FD), /\}\s*$/)
  return BubblewrapInfo.parse(JSON.parse(text))['child-pid']
}

/** The launcher writes slirp4netns's pid there, then slirp4netns a 1 when the network is up. */
async function networkOf(child: ChildProcess): Promise<number> {
  const text = await until(stream(child, NETWORK_FD), /^\d+\n1/)
  return Number.parseInt(text, 10)
}

/** What the stream says up to where it matches; a failure where it ends before. */
function until(source: Readable, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    source.setEncoding('utf8')
    source.on('data', (chunk: string) => {
      text += chunk
      if (pattern.test(text)) resolve(text)
      else if (text.length > MAX_SAID_BYTES) reject(failure('it said too much before it was ready'))
    })
    source.once('close', () => reject(failure('it ended before it was ready')))
    source.once('error', reject)
  })
}

function collect(source: Readable): { text: () => string } {
  let text = ''
  source.setEncoding('utf8')
  source.on('data', (chunk: string) => {
    if (text.length < MAX_SAID_BYTES) text += chunk
  })
  // A reset pipe says no more than its end, which whoever waits for "ready" sees.
  source.on('error', () => undefined)
  return { text: () => text.slice(0, MAX_SAID_BYTES) }
}

/** An agent that ends at once breaks the pipe; that is told by its output, not here. */
function send(target: Writable | null, secret: string): void {
  target?.on('error', () => undefined)
  target?.end(secret)
}

function stream(child: ChildProcess, fd: number): Readable {
  const found = child.stdio[fd]
  if (!found || !('read' in found)) throw failure('its launcher has no pipes')
  return found
}

function failure(reason: string): SandboxError {
  return new SandboxError('provider_failed', `The sandbox did not start: ${reason}.`)
}
