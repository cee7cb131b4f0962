import { SandboxError } from '@/lib/errors'
import { encodePath } from '../http'
import type { Connection } from './connection'
import { Overlays } from './overlays'

export type FileEntry = {
  name: string
  type: 'file' | 'directory'
  /** Bytes, of a file. */
  size?: number
  modified?: Date
}

/** Files and directories by path. Text is UTF-8; `api.read` and `api.write` have bytes, ranges and etags. */
export class Filesystem {
  readonly overlay: Overlays
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
    this.overlay = new Overlays(connection.http)
  }

  /** `file_not_found` with "File not found: /x". */
  async readFile(path: string): Promise<string> {
    const response = await this.#connection.api.read(path).catch((error) => {
      throw inWordsOfFiles(error, path)
    })
    const bytes = await response.arrayBuffer().catch((cause) => {
      throw new SandboxError('unavailable', `The connection broke while ${path} was read. Try again.`, {
        cause,
      })
    })
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  }

  /** Makes it with its parents, or replaces it, at once or not at all. */
  async writeFile(path: string, content: string): Promise<void> {
    await this.#connection.api.write(path, content)
  }

  /** With its parents; one that is there already is fine. */
  async mkdir(path: string): Promise<void> {
    await this.#connection.api.makeDirectory(path)
  }

  /** Direct children. `file_not_found` with "Directory not found: /x". */
  async readdir(path: string): Promise<FileEntry[]> {
    const files = await this.#connection.api.list(path)
    return files.map(({ name, is_dir: isDirectory, size, modified_at: modified }) => ({
      name,
      type: isDirectory ? 'directory' : 'file',
      ...(isDirectory ? {} : { size }),
      modified: new Date(modified),
    }))
  }

  /** Never throws: what cannot be told is false. */
  exists(path: string): Promise<boolean> {
    return pathExists(this.#connection, path)
  }

  /** A file, or a directory with all below it. `file_not_found` with "File not found: /x". */
  remove(path: string): Promise<void> {
    return this.#connection.api.remove(path)
  }
}

export async function pathExists({ http }: Connection, path: string): Promise<boolean> {
  try {
    await http.send(`/files/${encodePath(path)}`, { method: 'HEAD' })
    return true
  } catch {
    return false
  }
}

function inWordsOfFiles(error: unknown, path: string): unknown {
  const isMissing = error instanceof SandboxError && error.code === 'file_not_found'
  return isMissing ? new SandboxError('file_not_found', `File not found: ${path}`, { cause: error }) : error
}
