import { z } from 'zod'
import { FileInfo } from '@/lib/protocol/workbench'
import type { Connection } from './connection'
import { type Filesystem, pathExists } from './filesystem'

export type FileOperation =
  | { path: string; operation: 'write'; content?: string }
  | { path: string; operation: 'delete' }
export type BatchWriteResult = { path: string; success: boolean; error?: string; file?: FileInfo }

const BatchAnswer = z.object({
  data: z.object({
    results: z.array(
      z.object({
        path: z.string(),
        success: z.boolean(),
        error: z.string().optional(),
        file: FileInfo.optional(),
      }),
    ),
  }),
})

/** The same files as `Filesystem`'s, as things that are created, retrieved and destroyed. */
export class Files {
  readonly #connection: Connection
  readonly #filesystem: Filesystem

  constructor(connection: Connection, filesystem: Filesystem) {
    this.#connection = connection
    this.#filesystem = filesystem
  }

  /** Makes or replaces a file, with its parents. */
  create(path: string, content = ''): Promise<FileInfo> {
    return this.#connection.api.write(path, content)
  }

  /** Direct children. */
  list(path = '/'): Promise<FileInfo[]> {
    return this.#connection.api.list(path)
  }

  retrieve(path: string): Promise<string> {
    return this.#filesystem.readFile(path)
  }

  /** A file, or a directory with all below it. */
  destroy(path: string): Promise<void> {
    return this.#filesystem.remove(path)
  }

  /** One result per path, ascending; of several operations on one path the last wins. Each fails by itself. */
  async batchWrite(files: FileOperation[]): Promise<BatchWriteResult[]> {
    const call = { method: 'POST', json: { files } }
    const { data } = await this.#connection.http.json('/files/batch', BatchAnswer, call)
    return data.results.map(({ path, success, error, file }) => ({
      path,
      success,
      ...(error === undefined ? {} : { error }),
      ...(file === undefined ? {} : { file }),
    }))
  }

  /** Never throws: what cannot be told is false. */
  exists(path: string): Promise<boolean> {
    return pathExists(this.#connection, path)
  }
}
