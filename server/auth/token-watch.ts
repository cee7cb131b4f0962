import type { ApiKeyStore } from '@/lib/db/api-keys'
import type { SessionTokenStore } from '@/lib/db/session-tokens'
import type { Logger } from '../log'

/**
 * How long a token that another program has revoked (`npm run key`, a second server) may still hold a socket. Shorter
 * would ask the database more often than anybody revokes; longer, and whoever revokes a stolen key would wonder.
 */
export const CHECK_INTERVAL_MS = 2_000

export interface TokenWatchDeps {
  apiKeys: ApiKeyStore
  sessionTokens: SessionTokenStore
  log: Logger
}

/**
 * Tells when an API key or session token is no more: at once where this process revokes it, and within two seconds where
 * somebody else has. One question for each table is asked for all that are watched, and none while none is.
 */
export class TokenWatch {
  readonly #deps: TokenWatchDeps
  readonly #listeners = new Map<string, Set<() => void>>()
  #timer: NodeJS.Timeout | undefined
  #isChecking = false

  constructor(deps: TokenWatchDeps) {
    this.#deps = deps
  }

  /** `onEnded` is called at most once; the returned function stops watching. */
  add(tokenId: string, onEnded: () => void): () => void {
    const listeners = this.#listeners.get(tokenId) ?? new Set()
    const listener = () => onEnded()
    this.#listeners.set(tokenId, listeners.add(listener))
    this.#schedule()
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(tokenId) === listeners) this.#listeners.delete(tokenId)
      this.#schedule()
    }
  }

  tellEnded(tokenId: string): void {
    const listeners = this.#listeners.get(tokenId)
    this.#listeners.delete(tokenId)
    for (const listener of listeners ?? []) listener()
    this.#schedule()
  }

  #schedule(): void {
    if (this.#listeners.size === 0) {
      clearTimeout(this.#timer)
      this.#timer = undefined
    } else if (!this.#isChecking) {
      this.#timer ??= setTimeout(() => void this.#check(), CHECK_INTERVAL_MS).unref()
    }
  }

  async #check(): Promise<void> {
    this.#timer = undefined
    this.#isChecking = true
    try {
      for (const tokenId of await this.#ended([...this.#listeners.keys()])) this.tellEnded(tokenId)
    } catch (error) {
      // A database that does not answer says nothing about the tokens: it is asked again.
      this.#deps.log.warn({ err: error }, 'could not check the tokens of open sockets')
    } finally {
      this.#isChecking = false
      this.#schedule()
    }
  }

  async #ended(tokenIds: string[]): Promise<string[]> {
    const { apiKeys, sessionTokens } = this.#deps
    const now = new Date().toISOString()
    const valid = new Set(
      (await Promise.all([apiKeys.among(tokenIds), sessionTokens.validAmong(tokenIds, now)])).flat(),
    )
    return tokenIds.filter((tokenId) => !valid.has(tokenId))
  }
}
