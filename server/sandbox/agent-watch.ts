import { SandboxError } from '@/lib/errors'
import type { WatchEvent, WatchMessage } from '../agent-contract'
import type { AgentConnection, WatchOptions } from './agent-connection'
import type { Conversation, Subscription } from './agent-messages'

/** A tree of thousands of directories on a slow disk; below the 30 s that clients wait for an answer. */
const READY_TIMEOUT_MS = 20_000
/** An agent that is busy with a flood. */
const SETTLE_TIMEOUT_MS = 5_000

interface WatchHandlers {
  onEvents: (events: WatchEvent[]) => void
  onClose: () => void
}

/** A watch that stands: whatever changes from now on is told. */
export interface StandingWatch extends Subscription {
  /** False where there are more directories than can be watched. */
  isComplete: boolean
  /** Calls back between what changed before and what changes from now on. */
  settle(onSettled: () => void): void
}

/** Resolves when the agent has said that the watch stands. After a loss of events it tells what differs. */
export function openWatch(
  agent: AgentConnection,
  path: string,
  options: WatchOptions,
  { onEvents, onClose }: WatchHandlers,
): Promise<StandingWatch> {
  const marks = new Marks()
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      clearTimeout(timer)
      reject(error)
      opening.then((late) => late.close()).catch(() => undefined)
    }
    const timer = setTimeout(() => fail(tooSlow(path)), READY_TIMEOUT_MS)
    let isStanding = false
    const onMessage = (message: WatchMessage) => {
      if (message.type === 'events') return onEvents(message.events)
      // An older agent has nothing better to say; what was lost then stays untold.
      if (message.type === 'resync') return
      if (isStanding) return marks.passed()
      isStanding = true
      clearTimeout(timer)
      marks.isAnswered = message.isComplete !== undefined
      const isComplete = message.isComplete ?? true
      opening
        .then((subscription) => resolve(standing(subscription, isComplete, marks)))
        .catch(() => undefined)
    }
    const opening = agent.watch(
      path,
      { ...options, retell: true },
      {
        onMessage,
        onClose: (reason) => {
          marks.end()
          if (isStanding) onClose()
          else fail(reason)
        },
      },
    )
    opening.catch(fail)
  })
}

function standing(subscription: Conversation, isComplete: boolean, marks: Marks): StandingWatch {
  return {
    isComplete,
    settle(onSettled) {
      if (marks.add(onSettled)) subscription.send({ type: 'mark' })
    },
    close() {
      marks.end()
      subscription.close()
    },
  }
}

/** Who waits for the agent to pass which mark: it answers them in order. */
class Marks {
  /** An older agent hears nothing. */
  isAnswered = true
  #isOver = false
  readonly #waiting: (() => void)[] = []

  /** False where there is nothing to wait for, and the call was made at once. */
  add(onPassed: () => void): boolean {
    if (!this.isAnswered || this.#isOver) {
      onPassed()
      return false
    }
    let isCalled = false
    const once = () => {
      clearTimeout(timer)
      if (!isCalled) onPassed()
      isCalled = true
    }
    const timer = setTimeout(once, SETTLE_TIMEOUT_MS)
    this.#waiting.push(once)
    return true
  }

  passed(): void {
    this.#waiting.shift()?.()
  }

  end(): void {
    this.#isOver = true
    for (const call of this.#waiting.splice(0)) call()
  }
}

function tooSlow(path: string): SandboxError {
  return new SandboxError(
    'timed_out',
    `It took too long to go through ${path}. Leave out what need not be watched, such as node_modules.`,
  )
}
