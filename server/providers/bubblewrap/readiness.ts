import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
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
const NETWORK_FD = 4
const SECRET_FD = 6

const BubblewrapInfo = z.object({ 'child-pid': z.int().check(z.positive()) })

/**
 * A sandbox on its way. It comes up by itself to the point where its agent asks for the secret; with that it is soon
 * ready. Until then it hangs on our pipes: if we end, so does it.
 */
export class Launching {
  readonly #child: ChildProcess
  readonly #errors: { text: () => string }
  readonly #ready: Promise<unknown>
  readonly #broken: Promise<never>
  /** Resolves when all but the agent's own start is done. */
  readonly prepared: Promise<Launched>

  constructor(child: ChildProcess, hasNetwork: boolean) {
    this.#child = child
    this.#errors = collect(stream(child, 2))
    this.#broken = new Promise((_, reject) => child.once('error', reject))
    this.#ready = until(stream(child, 1), /^ready\n/m)
    this.prepared = Promise.all([agentOf(child), hasNetwork ? networkOf(child) : null]).then(
      ([agentPid, networkPid]) => ({ agentPid, networkPid }),
    )
    // Each is awaited in `finish`, which may be never called or come after the failure.
    for (const each of [this.#ready, this.#broken, this.prepared]) each.catch(() => undefined)
  }

  /** Resolves when the agent takes connections and the network is up; then lets go of all pipes. */
  async finish(secret: string): Promise<Launched> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(failure('it was not ready in time')), READY_TIMEOUT_MS)
    })
    try {
      send(pipeAt(this.#child, SECRET_FD), secret)
      const both = Promise.all([this.prepared, this.#ready])
      const [launched] = await Promise.race([both, tooLate, this.#broken])
      return launched
    } catch (error) {
      const said = this.#errors.text().trim()
      throw error instanceof SandboxError && said !== '' ? failure(said) : error
    } finally {
      clearTimeout(timer)
      this.release()
    }
  }

  release(): void {
    for (const pipe of this.#child.stdio) pipe?.destroy()
    this.#child.unref()
  }

  /** While one is kept for later, it must not keep our process from ending. */
  unref(): void {
    this.#child.unref()
    for (const pipe of this.#child.stdio) if (pipe instanceof Socket) pipe.unref()
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
function send(target: Socket, secret: string): void {
  target.on('error', () => undefined)
  target.end(secret)
}

function stream(child: ChildProcess, fd: number): Readable {
  return pipeAt(child, fd)
}

function pipeAt(child: ChildProcess, fd: number): Socket {
  // Node's types know of five.
  const found: unknown = [...child.stdio][fd]
  if (!(found instanceof Socket)) throw failure('its launcher has no pipes')
  return found
}

function failure(reason: string): SandboxError {
  return new SandboxError('provider_failed', `The sandbox did not start: ${reason}.`)
}
