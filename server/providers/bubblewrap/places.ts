import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** Where one sandbox keeps what. Only `root` and `socketDir` are the sandbox's own; all else is the host's. */
export interface SandboxPlaces {
  base: string
  /** `/` inside. */
  root: string
  /** `/run/sandlot` inside: where the agent makes its socket. */
  socketDir: string
  /** Mounted nowhere; the socket lives here from the moment the agent is ready. */
  privateDir: string
  socket: string
  state: string
  /** Where a tree is unpacked that is to take the place of `root`. */
  incoming: string
  /** The same when it is whole: from here on it is the sandbox's tree. */
  restored: string
}

/** The data directory of the embedded provider. */
export class Places {
  readonly dataDir: string

  constructor(dataDir: string) {
    this.dataDir = dataDir
  }

  get sandboxesDir(): string {
    return join(this.dataDir, 'sandboxes')
  }

  get runtimeDir(): string {
    return join(this.dataDir, 'runtime')
  }

  get trashDir(): string {
    return join(this.dataDir, 'trash')
  }

  get snapshotsDir(): string {
    return join(this.dataDir, 'snapshots')
  }

  /** Tells the sandboxes of this data directory from those of others on the same host. */
  get tag(): string {
    return createHash('sha256').update(this.dataDir).digest('hex').slice(0, 8)
  }

  of(id: string): SandboxPlaces {
    const base = join(this.sandboxesDir, id)
    const privateDir = join(base, 'private')
    return {
      base,
      root: join(base, 'root'),
      socketDir: join(base, 'socket'),
      privateDir,
      socket: join(privateDir, 'agent.sock'),
      state: join(privateDir, 'state.json'),
      incoming: join(base, 'incoming'),
      restored: join(base, 'restored'),
    }
  }
}
