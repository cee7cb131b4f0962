import { SandboxError } from '@/lib/errors'
import type { AgentConnection, WatchEvent } from '../../sandbox/agent-connection'
import { AgentFollower } from '../../sandbox/agent-follower'
import { openWatch, type StandingWatch } from '../../sandbox/agent-watch'

export interface Watched {
  path: string
  ignored: readonly string[]
}
type Listener = (events: WatchEvent[]) => void

/** One watch of the agent for all who want the same of the same directory. */
export class SharedWatch {
  readonly #watched: Watched
  readonly #follower: AgentFollower
  readonly #listeners = new Set<Listener>()
  #joining = 0
  #standing: StandingWatch | undefined
  #isRootGone = false

  constructor(connect: () => Promise<AgentConnection>, watched: Watched) {
    this.#watched = watched
    this.#follower = new AgentFollower({ connect, open: (agent, onClose) => this.#open(agent, onClose) })
  }

  get isStanding(): boolean {
    return this.#follower.isOpen
  }

  get isUsed(): boolean {
    return this.#listeners.size + this.#joining > 0
  }

  /** Resolves when all that changes from now on will be told, and nothing that changed before. Whoever fails leaves. */
  async join(listener: Listener): Promise<void> {
    this.#joining += 1
    try {
      if (this.isStanding && this.#standing) await this.#joinStanding(this.#standing, listener)
      else {
        this.#listeners.add(listener)
        await this.#follower.ready()
      }
    } finally {
      this.#joining -= 1
    }
    if (this.#standing?.isComplete === false) throw tooManyDirectories(this.#watched.path)
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener)
    if (!this.isUsed) this.#follower.stop()
  }

  /** For one from before: told as soon as the watch stands again. */
  adopt(listener: Listener): void {
    this.#listeners.add(listener)
  }

  start(): void {
    if (this.isUsed) this.#follower.start()
  }

  stop(): void {
    this.#follower.stop()
  }

  #joinStanding(standing: StandingWatch, listener: Listener): Promise<void> {
    return new Promise((resolve) => {
      standing.settle(() => {
        this.#listeners.add(listener)
        resolve()
      })
    })
  }

  async #open(agent: AgentConnection, onClose: () => void): Promise<StandingWatch> {
    const { path } = this.#watched
    const onEvents = (events: WatchEvent[]) => this.#tell(events)
    this.#standing = await openWatch(agent, path, ignoreOptions(this.#watched), { onEvents, onClose })
    if (this.#isRootGone) this.#tell([{ event: 'addDir', path }])
    this.#isRootGone = false
    return this.#standing
  }

  #tell(events: WatchEvent[]): void {
    if (events.some(({ event, path }) => event === 'unlinkDir' && path === this.#watched.path))
      this.#isRootGone = true
    for (const listener of this.#listeners) listener(events)
  }
}

/** Globs are compiled and matched inside the sandbox only: a hostile one would take our time for everybody. */
function ignoreOptions({ ignored }: Watched) {
  const isWhole = (glob: string) => glob.startsWith('/')
  return { ignore: ignored.filter((glob) => !isWhole(glob)), ignorePath: ignored.filter(isWhole) }
}

function tooManyDirectories(path: string): SandboxError {
  return new SandboxError(
    'too_large',
    `There are more directories below ${path} than can be watched. Leave some out with "ignored", such as node_modules.`,
  )
}
