import { EnvKeys, EnvVariables } from '@/lib/protocol/env-files'
import type { Http } from '../http'

/** `.env` files. Paths are relative to the sandbox's directory, or absolute. */
export class EnvFiles {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** `file_not_found` where there is none. */
  async retrieve(file: string): Promise<Record<string, string>> {
    return (await this.#http.json('/env', EnvVariables, { query: { file } })).data.variables
  }

  /** Sets these; all else in the file stays as it is. Makes the file. The keys that were asked for. */
  async update(file: string, variables: Record<string, string>): Promise<string[]> {
    const call = { method: 'POST', query: { file }, json: { variables } }
    return (await this.#http.json('/env', EnvKeys, call)).data.keys
  }

  /** The keys that there were. */
  async remove(file: string, keys: string[]): Promise<string[]> {
    const call = { method: 'DELETE', query: { file }, json: { keys } }
    return (await this.#http.json('/env', EnvKeys, call)).data.keys
  }

  /** Never throws: what cannot be told is false. */
  async exists(file: string): Promise<boolean> {
    try {
      await this.#http.send('/env', { method: 'HEAD', query: { file } })
      return true
    } catch {
      return false
    }
  }
}
