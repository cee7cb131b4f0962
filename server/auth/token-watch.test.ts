import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiKeyStore } from '@/lib/db/api-keys'
import { type OpenDatabase, openDatabase } from '@/lib/db/open-database'
import { SessionTokenStore } from '@/lib/db/session-tokens'
import { UserStore } from '@/lib/db/users'
import { createLogger } from '../log'
import { createApiKey, deleteApiKey } from './api-keys'
import { CHECK_INTERVAL_MS, TokenWatch } from './token-watch'

let folder: string
let ours: OpenDatabase
/** As another program has the same database open: `npm run key`, say. */
let theirs: OpenDatabase
let watch: TokenWatch
let ownerId: string

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  folder = mkdtempSync(join(tmpdir(), 'sandlot-watch-'))
  ours = await openDatabase(join(folder, 'test.db'))
  theirs = await openDatabase(join(folder, 'test.db'))
  ownerId = (await new UserStore(theirs.db).ensureOwner('owner@example.com')).id
  watch = new TokenWatch({
    apiKeys: new ApiKeyStore(ours.db),
    sessionTokens: new SessionTokenStore(ours.db),
    log: createLogger('silent'),
  })
})

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all([ours.close(), theirs.close()])
  rmSync(folder, { recursive: true })
})

function newKey() {
  return createApiKey(new ApiKeyStore(theirs.db), ownerId, 'key')
}

function watching(tokenId: string) {
  const onEnded = vi.fn()
  return { onEnded, stop: watch.add(tokenId, onEnded) }
}

describe('whoever watches a token', () => {
  it('is told when another program revokes it, and only then', async () => {
    const [gone, kept] = [await newKey(), await newKey()]
    const [first, second, other] = [watching(gone.id), watching(gone.id), watching(kept.id)]
    await vi.advanceTimersByTimeAsync(CHECK_INTERVAL_MS)
    await deleteApiKey(new ApiKeyStore(theirs.db), ownerId, gone.id)
    expect(first.onEnded).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(CHECK_INTERVAL_MS)
    await vi.waitFor(() => expect(second.onEnded).toHaveBeenCalledOnce())
    expect(first.onEnded).toHaveBeenCalledOnce()
    await vi.advanceTimersByTimeAsync(CHECK_INTERVAL_MS)
    expect(other.onEnded).not.toHaveBeenCalled()
    other.stop()
  })

  it('is told at once where it is revoked here', async () => {
    const key = await newKey()
    const told = watching(key.id)
    watch.tellEnded(key.id)
    watch.tellEnded(key.id)
    expect(told.onEnded).toHaveBeenCalledOnce()
  })

  it('hears nothing after it has stopped watching, and then nothing is asked any more', async () => {
    const key = await newKey()
    const told = watching(key.id)
    told.stop()
    expect(vi.getTimerCount()).toBe(0)
    watch.tellEnded(key.id)
    expect(told.onEnded).not.toHaveBeenCalled()
  })

  it('keeps watching over a database that does not answer', async () => {
    const key = await newKey()
    const told = watching(key.id)
    await ours.close()
    await vi.advanceTimersByTimeAsync(CHECK_INTERVAL_MS)
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1))
    expect(told.onEnded).not.toHaveBeenCalled()
    told.stop()
  })
})
