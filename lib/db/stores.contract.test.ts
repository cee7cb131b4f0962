import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kysely, Migrator, SqliteDialect } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ApiKeyStore } from './api-keys'
import { databaseKind } from './database-kind'
import { MagicLinkStore } from './magic-links'
import { firstTables } from './migrations/001-first-tables'
import { type OpenDatabase, openDatabase } from './open-database'
import { postgresDialect } from './postgres'
import { type SandboxRow, SandboxStore } from './sandboxes'
import type { Database } from './schema'
import { SessionTokenStore } from './session-tokens'
import { SignalStore } from './signals'
import { type SnapshotRow, SnapshotStore } from './snapshots'
import { openSqlite } from './sqlite'
import { startPostgres } from './start-postgres.test-server'
import { UserStore } from './users'
import { type WatcherRow, WatcherStore } from './watchers'

const ODD_TEXTS = [
  `'; DROP TABLE sandboxes; --`,
  `" OR 1=1`,
  `$1 ? :name @p`,
  'Ünïcödé 日本語 🏗️ \u202e',
  '\\ % _ ',
  'x'.repeat(10_000),
]

interface Kind {
  name: string
  start(): Promise<{ url: string; freshUrl(): Promise<string>; stop(): Promise<void> }>
}

const kinds: Kind[] = [
  {
    name: 'SQLite',
    async start() {
      const directory = mkdtempSync(join(tmpdir(), 'sandlot-db-'))
      let count = 0
      const freshUrl = async () => join(directory, `fresh-${count++}.db`)
      const stop = async () => rmSync(directory, { recursive: true })
      return { url: `file:${join(directory, 'main.db')}`, freshUrl, stop }
    },
  },
  { name: 'PostgreSQL', start: startPostgres },
]

describe.each(kinds)('the stores on $name', ({ start }) => {
  let server: Awaited<ReturnType<Kind['start']>>
  let first: OpenDatabase
  let second: OpenDatabase
  let userId: string

  beforeAll(async () => {
    server = await start()
    first = await openDatabase(server.url)
    second = await openDatabase(server.url)
  })
  afterAll(async () => {
    await first?.close()
    await second?.close()
    await server?.stop()
  })
  beforeEach(async () => {
    for (const table of ['snapshots', 'sandboxes', 'api_keys', 'VerificationToken', 'User'] as const)
      await first.db.deleteFrom(table).execute()
    userId = (await new UserStore(first.db).ensureOwner('owner@localhost')).id
  })

  const newSandbox = (id: string, changes: Partial<SandboxRow> = {}): SandboxRow => ({
    id,
    user_id: userId,
    api_key_id: null,
    provider: 'bubblewrap',
    name: 'name',
    namespace: null,
    parent_id: null,
    template_id: null,
    directory: '/workspace',
    envs: '{}',
    metadata: '{}',
    egress: 'all',
    limits: '{}',
    unenforced: '{}',
    status: 'running',
    status_reason: null,
    agent_secret_sealed: 'sealed',
    access_token_hash: 'hash',
    created_at: '2026-01-01T00:00:00.000Z',
    last_used_at: '2026-01-01T00:00:00.000Z',
    expires_at: null,
    disk_bytes: null,
    ...changes,
  })
  const newLink = (id: string, sandboxId: string, expiresAt = '2026-01-01T00:05:00.000Z') => ({
    id,
    sandbox_id: sandboxId,
    secret_hash: `hash-${id}`,
    role: 'own' as const,
    redirect_url: '/play/',
    created_at: '2026-01-01T00:00:00.000Z',
    expires_at: expiresAt,
    used_at: null,
  })
  const newToken = (id: string, sandboxId: string) => ({
    id,
    sandbox_id: sandboxId,
    token_hash: `hash-${id}`,
    role: 'edit' as const,
    description: null,
    created_at: '2026-01-01T00:00:00.000Z',
    expires_at: '2026-01-08T00:00:00.000Z',
    last_used_at: null,
  })
  const newWatcher = (id: string, sandboxId: string, createdAt: string): WatcherRow => ({
    id,
    sandbox_id: sandboxId,
    path: '/workspace',
    ignored: '["node_modules"]',
    include_content: 1,
    encoding: 'base64',
    created_at: createdAt,
  })
  const newKey = (id: string, createdAt = '2026-01-01T00:00:00.000Z') => ({
    id,
    user_id: userId,
    name: 'key',
    prefix: 'sl_',
    key_hash: `hash-${id}`,
    created_at: createdAt,
    last_used_at: null,
  })

  const newSnapshot = (id: string, changes: Partial<SnapshotRow> = {}): SnapshotRow => ({
    id,
    user_id: userId,
    sandbox_id: 's1',
    provider: 'bubblewrap',
    name: null,
    metadata: '{}',
    directory: '/workspace',
    envs: '{}',
    template_id: null,
    status: 'ready',
    size_bytes: 0,
    created_at: '2026-01-01T00:00:00.000Z',
    ...changes,
  })

  describe('users', () => {
    it('makes the owner once, however many ask at the same time', async () => {
      const stores = [new UserStore(first.db), new UserStore(second.db)]
      const asked = Array.from({ length: 20 }, (_, i) => stores[i % 2]?.ensureOwner(' New@Example.com '))
      const ids = new Set((await Promise.all(asked)).map((user) => user?.id))
      expect(ids.size).toBe(1)
      expect(await stores[0]?.getByEmail('NEW@example.com')).toMatchObject({
        email: 'new@example.com',
        role: 'owner',
      })
    })

    it('makes a member an owner when asked to', async () => {
      await first.db.insertInto('User').values({ id: 'm', email: 'm@example.com' }).execute()
      const users = new UserStore(first.db)
      expect(await users.get('m')).toMatchObject({ role: 'member' })
      expect(await users.ensureOwner('m@example.com')).toMatchObject({ id: 'm', role: 'owner' })
    })

    it('knows nobody by an unknown id or address', async () => {
      const users = new UserStore(first.db)
      expect(await users.get('nobody')).toBeNull()
      expect(await users.getByEmail('nobody@example.com')).toBeNull()
    })

    it('does not let a user go who has sandboxes', async () => {
      await new SandboxStore(first.db).insert(newSandbox('kept'))
      await expect(first.db.deleteFrom('User').where('id', '=', userId).execute()).rejects.toThrow()
    })
  })

  describe('sandboxes', () => {
    it('gives back what was put in, to the other connection too', async () => {
      const row = newSandbox('s1', {
        disk_bytes: 5_000_000_000_000,
        expires_at: '2026-02-01T00:00:00.000Z',
        template_id: 'node',
      })
      await new SandboxStore(first.db).insert(row)
      expect(await new SandboxStore(second.db).get('s1')).toEqual(row)
    })

    it.each(ODD_TEXTS)('keeps the text %j as it is', async (text) => {
      const sandboxes = new SandboxStore(first.db)
      await sandboxes.insert(newSandbox(text, { name: text, metadata: JSON.stringify({ text }) }))
      expect(await sandboxes.get(text)).toMatchObject({ name: text, metadata: JSON.stringify({ text }) })
      expect(await sandboxes.delete(text)).toBe(true)
    })

    it('refuses a NUL with a sentence', async () => {
      const sandboxes = new SandboxStore(first.db)
      await expect(sandboxes.insert(newSandbox('nul', { name: 'a\0b' }))).rejects.toMatchObject({
        code: 'bad_request',
      })
      await expect(sandboxes.get('a\0b')).rejects.toMatchObject({ code: 'bad_request' })
      expect(await sandboxes.listAll()).toEqual([])
    })

    it("lists the owner's, newest first, and nobody else's", async () => {
      const other = await new UserStore(first.db).ensureOwner('other@example.com')
      const sandboxes = new SandboxStore(first.db)
      await sandboxes.insert(newSandbox('old', { created_at: '2026-01-01T00:00:00.000Z' }))
      await sandboxes.insert(newSandbox('new', { created_at: '2026-01-02T00:00:00.000Z' }))
      await sandboxes.insert(newSandbox('theirs', { user_id: other.id }))
      expect((await sandboxes.listByUser(userId)).map((row) => row.id)).toEqual(['new', 'old'])
      expect(await sandboxes.listAll()).toHaveLength(3)
    })

    it('changes only what it is told to', async () => {
      const sandboxes = new SandboxStore(first.db)
      await sandboxes.insert(newSandbox('s1'))
      expect(await sandboxes.update('s1', { status: 'stopped', status_reason: 'because' })).toBe(true)
      expect(await sandboxes.update('s1', {})).toBe(true)
      expect(await sandboxes.get('s1')).toEqual(
        newSandbox('s1', { status: 'stopped', status_reason: 'because' }),
      )
      expect(await sandboxes.update('none', { name: 'x' })).toBe(false)
      expect(await sandboxes.update('none', {})).toBe(false)
    })

    it('takes tokens and links away with the sandbox, once', async () => {
      const sandboxes = new SandboxStore(first.db)
      await sandboxes.insert(newSandbox('s1'))
      await sandboxes.insert(newSandbox('s2'))
      for (const id of ['s1', 's2']) {
        await new SessionTokenStore(first.db).insert(newToken(`token-${id}`, id))
        await new MagicLinkStore(first.db).insert(newLink(`link-${id}`, id))
      }
      expect(await sandboxes.delete('s1')).toBe(true)
      expect(await sandboxes.delete('s1')).toBe(false)
      expect(await new SessionTokenStore(first.db).findByHash('hash-token-s1')).toBeNull()
      expect(await new SessionTokenStore(first.db).listBySandbox('s2')).toHaveLength(1)
      const links = await first.db.selectFrom('magic_links').select('id').execute()
      expect(links).toEqual([{ id: 'link-s2' }])
    })

    it('keeps its watchers and signals until it goes', async () => {
      const [watchers, signals] = [new WatcherStore(first.db), new SignalStore(second.db)]
      for (const id of ['s1', 's2']) {
        await new SandboxStore(first.db).insert(newSandbox(id))
        await watchers.insert(newWatcher(`later-${id}`, id, '2026-01-02T00:00:00.000Z'))
        await watchers.insert(newWatcher(`first-${id}`, id, '2026-01-01T00:00:00.000Z'))
        await signals.put({ sandbox_id: id, origin: 'http://old', base: '' })
        await signals.put({ sandbox_id: id, origin: 'http://new', base: '/b' })
      }
      await watchers.delete('s2', 'first-s1')
      expect((await watchers.listBySandbox('s1')).map(({ id }) => id)).toEqual(['first-s1', 'later-s1'])
      await watchers.delete('s1', 'first-s1')
      expect(await watchers.listBySandbox('s1')).toEqual([
        newWatcher('later-s1', 's1', '2026-01-02T00:00:00.000Z'),
      ])
      expect(await signals.get('s1')).toEqual({ sandbox_id: 's1', origin: 'http://new', base: '/b' })
      await signals.delete('s2')
      expect(await signals.get('s2')).toBeNull()
      await new SandboxStore(first.db).delete('s1')
      expect(await watchers.listBySandbox('s1')).toEqual([])
      expect(await signals.get('s1')).toBeNull()
      expect(await watchers.listBySandbox('s2')).toHaveLength(2)
    })

    it('refuses a second one of the same id, and one of an unknown owner', async () => {
      const sandboxes = new SandboxStore(first.db)
      await sandboxes.insert(newSandbox('s1'))
      await expect(sandboxes.insert(newSandbox('s1'))).rejects.toThrow()
      await expect(sandboxes.insert(newSandbox('s2', { user_id: 'nobody' }))).rejects.toThrow()
      expect(await sandboxes.listAll()).toHaveLength(1)
    })

    it('have a name that is unique among those of an owner in a namespace', async () => {
      const other = await new UserStore(first.db).ensureOwner('other@example.com')
      const sandboxes = new SandboxStore(first.db)
      const named = { name: 'web', namespace: 'ns' }
      await sandboxes.insert(newSandbox('s1', named))
      await expect(sandboxes.insert(newSandbox('s2', named))).rejects.toMatchObject({
        code: 'already_exists',
      })
      await sandboxes.insert(newSandbox('s3', { ...named, namespace: 'other' }))
      await sandboxes.insert(newSandbox('s4', { ...named, name: 'Web' }))
      await sandboxes.insert(newSandbox('s5', { ...named, user_id: other.id }))
      expect((await sandboxes.findByName(userId, 'ns', 'web'))?.id).toBe('s1')
      expect((await sandboxes.findByName(other.id, 'ns', 'web'))?.id).toBe('s5')
      expect(await sandboxes.findByName(userId, 'ns', 'nothing')).toBeNull()
      await sandboxes.delete('s1')
      await sandboxes.insert(newSandbox('s2', named))
      expect((await sandboxes.findByName(userId, 'ns', 'web'))?.id).toBe('s2')
    })

    it('may share a name where they have no namespace', async () => {
      const sandboxes = new SandboxStore(first.db)
      await sandboxes.insert(newSandbox('s1'))
      await sandboxes.insert(newSandbox('s2'))
      expect(await sandboxes.listAll()).toHaveLength(2)
    })

    it('give a name to one of many who ask for it at once', async () => {
      const stores = [new SandboxStore(first.db), new SandboxStore(second.db)]
      const named = { name: 'web', namespace: 'ns' }
      const tries = Array.from({ length: 40 }, (_, i) => stores[i % 2]?.insert(newSandbox(`s${i}`, named)))
      const results = await Promise.allSettled(tries)
      const refused = results.filter((result) => result.status === 'rejected')
      expect(refused).toHaveLength(39)
      for (const { reason } of refused) expect(reason).toMatchObject({ code: 'already_exists' })
      expect(await stores[0]?.listAll()).toHaveLength(1)
    })

    it('know their children, oldest first, who outlive a parent that is deleted without them', async () => {
      const sandboxes = new SandboxStore(first.db)
      await sandboxes.insert(newSandbox('main'))
      await sandboxes.insert(newSandbox('b', { parent_id: 'main', created_at: '2026-01-02T00:00:00.000Z' }))
      await sandboxes.insert(newSandbox('a', { parent_id: 'main', created_at: '2026-01-03T00:00:00.000Z' }))
      expect((await sandboxes.listChildren('main')).map(({ id }) => id)).toEqual(['b', 'a'])
      expect(await sandboxes.listChildren('a')).toEqual([])
      await expect(sandboxes.insert(newSandbox('c', { parent_id: 'nothing' }))).rejects.toThrow()
      await sandboxes.delete('main')
      expect(await sandboxes.get('a')).toMatchObject({ parent_id: null })
    })

    it('makes 100 at once from two connections', async () => {
      const stores = [new SandboxStore(first.db), new SandboxStore(second.db)]
      await Promise.all(Array.from({ length: 100 }, (_, i) => stores[i % 2]?.insert(newSandbox(`s${i}`))))
      expect(await stores[0]?.listAll()).toHaveLength(100)
    })
  })

  describe('API keys', () => {
    it('are found by their hash, listed newest first, and touched', async () => {
      const keys = new ApiKeyStore(first.db)
      await keys.insert(newKey('k1'))
      await keys.insert(newKey('k2', '2026-01-02T00:00:00.000Z'))
      await keys.touch('k1', '2026-03-01T00:00:00.000Z')
      expect(await keys.findByHash('hash-k1')).toEqual({
        ...newKey('k1'),
        last_used_at: '2026-03-01T00:00:00.000Z',
      })
      expect(await keys.findByHash('HASH-K1')).toBeNull()
      expect((await keys.listByUser(userId)).map((key) => key.id)).toEqual(['k2', 'k1'])
    })

    it('are deleted by their owner alone, and leave their sandboxes', async () => {
      const keys = new ApiKeyStore(first.db)
      const sandboxes = new SandboxStore(first.db)
      await keys.insert(newKey('k1'))
      await sandboxes.insert(newSandbox('s1', { api_key_id: 'k1' }))
      expect(await keys.delete('somebody else', 'k1')).toBe(false)
      expect(await keys.delete(userId, 'k1')).toBe(true)
      expect(await keys.delete(userId, 'k1')).toBe(false)
      expect(await sandboxes.get('s1')).toMatchObject({ api_key_id: null })
    })
  })

  describe('session tokens', () => {
    it('belong to their sandbox', async () => {
      const tokens = new SessionTokenStore(first.db)
      await new SandboxStore(first.db).insert(newSandbox('s1'))
      await tokens.insert(newToken('t1', 's1'))
      await tokens.touch('t1', '2026-01-02T00:00:00.000Z')
      expect(await tokens.get('s1', 't1')).toMatchObject({ last_used_at: '2026-01-02T00:00:00.000Z' })
      expect(await tokens.get('s2', 't1')).toBeNull()
      expect(await tokens.delete('s2', 't1')).toBe(false)
      expect(await tokens.delete('s1', 't1')).toBe(true)
      expect(await tokens.listBySandbox('s1')).toEqual([])
    })
  })

  describe('magic links', () => {
    const NOW = '2026-01-01T00:01:00.000Z'
    beforeEach(() => new SandboxStore(first.db).insert(newSandbox('s1')))

    it('are redeemed by exactly one of many who try at once', async () => {
      const stores = [new MagicLinkStore(first.db), new MagicLinkStore(second.db)]
      await stores[0]?.insert(newLink('l1', 's1'))
      const tries = Array.from({ length: 40 }, (_, i) => stores[i % 2]?.redeem('hash-l1', NOW))
      const won = (await Promise.all(tries)).filter((row) => row !== null)
      expect(won).toEqual([{ ...newLink('l1', 's1'), used_at: NOW }])
    })

    it('are worth nothing when expired or unknown', async () => {
      const links = new MagicLinkStore(first.db)
      await links.insert(newLink('l1', 's1', NOW))
      expect(await links.redeem('hash-l1', NOW)).toBeNull()
      expect(await links.redeem('hash-l2', NOW)).toBeNull()
      expect(await links.redeem('hash-l1', '2026-01-01T00:00:59.999Z')).not.toBeNull()
    })

    it('are cleared away when expired', async () => {
      const links = new MagicLinkStore(first.db)
      await links.insert(newLink('gone', 's1', NOW))
      await links.insert(newLink('kept', 's1', '2026-01-01T00:01:00.001Z'))
      expect(await links.deleteExpired(NOW)).toBe(1)
      expect(await links.redeem('hash-kept', NOW)).not.toBeNull()
    })
  })

  describe('snapshots', () => {
    it('outlive their sandbox, and keep their owner', async () => {
      const sandboxes = new SandboxStore(first.db)
      const snapshots = new SnapshotStore(first.db)
      await sandboxes.insert(newSandbox('s1'))
      const row = newSnapshot('p1', { name: ODD_TEXTS[3] ?? null, size_bytes: 5_000_000_000_000 })
      await snapshots.insert(row)
      await sandboxes.delete('s1')
      expect(await new SnapshotStore(second.db).get('p1')).toEqual(row)
      await expect(first.db.deleteFrom('User').where('id', '=', userId).execute()).rejects.toThrow()
      await expect(snapshots.insert(newSnapshot('p2', { user_id: 'nobody' }))).rejects.toThrow()
      await expect(snapshots.insert(newSnapshot('p1'))).rejects.toThrow()
    })

    it("are listed when they are whole, newest first, the owner's or one sandbox's", async () => {
      const other = await new UserStore(first.db).ensureOwner('other@example.com')
      const snapshots = new SnapshotStore(first.db)
      await snapshots.insert(newSnapshot('old'))
      await snapshots.insert(newSnapshot('new', { created_at: '2026-01-02T00:00:00.000Z', sandbox_id: 's2' }))
      await snapshots.insert(newSnapshot('theirs', { user_id: other.id, sandbox_id: 's3' }))
      await snapshots.insert(newSnapshot('making', { status: 'making' }))
      const ids = (rows: SnapshotRow[]) => rows.map(({ id }) => id)
      expect(ids(await snapshots.listByUser(userId))).toEqual(['new', 'old'])
      expect(ids(await snapshots.listBySandbox('s1'))).toEqual(['old'])
      expect(await snapshots.listAll()).toHaveLength(4)
      expect(await snapshots.finish('making', 7)).toBe(true)
      expect(await snapshots.get('making')).toEqual(newSnapshot('making', { size_bytes: 7 }))
      expect(await snapshots.finish('none', 7)).toBe(false)
      expect(await snapshots.delete('old')).toBe(true)
      expect(await snapshots.delete('old')).toBe(false)
      expect(await snapshots.get('old')).toBeNull()
    })
  })

  describe('migrations', () => {
    it('are done once when many connections of one process open a new database', async () => {
      const url = await server.freshUrl()
      const opened = await Promise.all(Array.from({ length: 6 }, () => openDatabase(url)))
      const done = await Promise.all(
        opened.map(({ db }) => new UserStore(db).ensureOwner('owner@localhost').then((user) => user.id)),
      )
      expect(new Set(done).size).toBe(1)
      await Promise.all(opened.map((database) => database.close()))
    })

    it('let the newest of several sandboxes keep a name that they had together', async () => {
      const url = await server.freshUrl()
      const kind = databaseKind(url)
      const dialect =
        kind === 'postgres' ? postgresDialect(url) : new SqliteDialect({ database: openSqlite(url) })
      const old = new Kysely<Database>({ dialect })
      const getMigrations = async () => ({ '001-first-tables': firstTables(kind) })
      const { error } = await new Migrator({ db: old, provider: { getMigrations } }).migrateToLatest()
      expect(error).toBeUndefined()
      const owners = [
        await new UserStore(old).ensureOwner('a@x.y'),
        await new UserStore(old).ensureOwner('b@x.y'),
      ]
      const oldRow = (id: string, owner: number, namespace: string | null, day: number) => {
        const { parent_id: _new, ...row } = newSandbox(id, { namespace, user_id: owners[owner]?.id ?? '' })
        return { ...row, created_at: `2026-01-0${day}T00:00:00.000Z` }
      }
      const rows = [
        oldRow('oldest', 0, 'ns', 1),
        oldRow('same-day-a', 0, 'ns', 2),
        oldRow('same-day-b', 0, 'ns', 2),
        oldRow('alone', 0, 'other', 1),
        oldRow('theirs', 1, 'ns', 1),
        oldRow('unnamed-a', 0, null, 1),
        oldRow('unnamed-b', 0, null, 2),
      ]
      for (const row of rows) await old.insertInto('sandboxes').values(row).execute()
      await old.destroy()

      const { db, close } = await openDatabase(url)
      const after = await new SandboxStore(db).listAll()
      const found = after.filter(({ namespace }) => namespace !== null).map(({ id }) => id)
      expect(found.sort()).toEqual(['alone', 'same-day-b', 'theirs'])
      expect(after).toHaveLength(rows.length)
      expect(after.every(({ name, parent_id }) => name === 'name' && parent_id === null)).toBe(true)
      await close()
    })

    it('are done once when several processes start at the same time', async () => {
      const url = await server.freshUrl()
      const script = `
        const { openDatabase } = await import('./lib/db/open-database.ts')
        const { UserStore } = await import('./lib/db/users.ts')
        const database = await openDatabase(process.argv[1])
        console.log((await new UserStore(database.db).ensureOwner('owner@localhost')).id)
        await database.close()`
      const run = () =>
        promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, url])
      const ids = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout.trim())
      expect(new Set(ids).size).toBe(1)
      expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
    })
  })
})
