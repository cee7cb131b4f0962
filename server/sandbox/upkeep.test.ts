import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Deadlines } from './deadlines'
import { type CreateOptions, draftSandbox, type SandboxDefaults } from './draft'
import { KeyedLock } from './keyed-lock'
import { Owners } from './owners'
import { recoveryOf } from './recovery'
import { newSandboxId } from './sandbox-id'
import { friendlyName } from './sandbox-name'
import { openSeal } from './seal'

const folder = mkdtempSync(join(tmpdir(), 'sandlot-seal-'))
afterAll(() => rmSync(folder, { recursive: true }))

const DEFAULTS: SandboxDefaults = {
  directory: '/workspace',
  limits: { memoryBytes: 100, cpus: 2, processes: null, diskBytes: 50, openFiles: null },
  egress: 'all',
  timeToLiveMs: null,
  quota: { sandboxes: null, memoryBytes: null, diskBytes: null },
}
const OPTIONS = { userId: 'u', apiKeyId: null, accessTokenHash: 'h' }

describe('a seal', () => {
  it('opens what it sealed, where it was sealed for, also after a restart', () => {
    const file = join(folder, 'deep/seal.key')
    const sealed = openSeal(file).seal('secret', 'sandbox-a')
    expect(sealed).not.toContain('secret')
    expect(openSeal(file).unseal(sealed, 'sandbox-a')).toBe('secret')
    expect(() => openSeal(file).unseal(sealed, 'sandbox-b')).toThrow('seal.key')
    expect(() => openSeal(file).unseal(`${sealed.slice(0, -2)}AA`, 'sandbox-a')).toThrow('seal.key')
    expect(() => openSeal(file).unseal('nonsense', 'sandbox-a')).toThrow('seal.key')
    expect(openSeal(file).seal('secret', 'sandbox-a')).not.toBe(sealed)
  })

  it('keeps its key for this user alone', () => {
    const file = join(folder, 'private.key')
    openSeal(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    chmodSync(file, 0o644)
    openSeal(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('does not go on with a damaged key, nor with another', () => {
    const file = join(folder, 'damaged.key')
    const sealed = openSeal(file).seal('secret', 'a')
    writeFileSync(file, randomBytes(32))
    expect(() => openSeal(file).unseal(sealed, 'a')).toThrow('seal.key')
    writeFileSync(file, 'short')
    expect(() => openSeal(file)).toThrow('damaged')
  })
})

describe('names', () => {
  it('are labels of DNS that end in no port', () => {
    for (let index = 0; index < 500; index++) {
      expect(newSandboxId()).toMatch(/^[a-z][a-z0-9]{11,39}$/)
      expect(friendlyName()).toMatch(/^[a-z]+-[a-z]+$/)
    }
    expect(new Set(Array.from({ length: 500 }, newSandboxId)).size).toBe(500)
  })
})

describe('a draft', () => {
  it('takes what is asked for over the defaults, and says when limits were asked for', () => {
    expect(draftSandbox('s', 'p', OPTIONS, DEFAULTS)).toMatchObject({
      directory: '/workspace',
      limits: { memoryBytes: 100, required: [] },
      expiresAt: null,
      status: 'starting',
    })
    const asked = {
      ...OPTIONS,
      limits: { memoryBytes: 7, cpus: undefined },
      timeoutMs: 1000,
      egress: 'none' as const,
    }
    const drafted = draftSandbox('s', 'p', asked, DEFAULTS)
    expect(drafted).toMatchObject({
      egress: 'none',
      limits: { memoryBytes: 7, cpus: 2, required: ['memoryBytes'] },
    })
    expect(Date.parse(drafted.expiresAt ?? '') - Date.parse(drafted.createdAt)).toBe(1000)
  })

  it('gives no network where the operator gives none, whoever asks', () => {
    const closed = { ...DEFAULTS, egress: 'none' as const }
    expect(draftSandbox('s', 'p', OPTIONS, closed).egress).toBe('none')
    expect(() => draftSandbox('s', 'p', { ...OPTIONS, egress: 'all' }, closed)).toThrow('SANDLOT_EGRESS')
  })

  it('gives nobody more than the settings do, and names the setting', () => {
    const defaults = {
      ...DEFAULTS,
      timeToLiveMs: 60_000,
      limits: { memoryBytes: 2 ** 30, cpus: 0.5, processes: 64, diskBytes: 2 ** 30, openFiles: 128 },
    }
    const draft = (asked: Partial<CreateOptions>) =>
      draftSandbox('s', 'p', { ...OPTIONS, ...asked }, defaults)
    const rows: [Partial<CreateOptions>, string][] = [
      [{ limits: { memoryBytes: 2 ** 30 + 1 } }, 'have 1024 MB of memory at most (SANDLOT_MEMORY_MB)'],
      [{ limits: { cpus: 0.6 } }, 'have 0.5 cores at most (SANDLOT_CPUS)'],
      [{ limits: { processes: 65 } }, 'have 64 processes at most (SANDLOT_PROCESSES)'],
      [{ limits: { diskBytes: 2 ** 31 } }, 'have 1024 MB of disk at most (SANDLOT_DISK_MB)'],
      [{ limits: { openFiles: 129 } }, 'have 128 open files in a process at most (SANDLOT_OPEN_FILES)'],
      [{ timeoutMs: 60_001 }, 'live 60 seconds at most (SANDLOT_TIMEOUT_MINUTES)'],
    ]
    for (const [asked, message] of rows) expect(() => draft(asked)).toThrow(message)
    expect(() => draft({ limits: defaults.limits, timeoutMs: 60_000 })).not.toThrow()
    expect(
      draftSandbox('s', 'p', { ...OPTIONS, limits: { openFiles: 999 } }, DEFAULTS).limits.openFiles,
    ).toBe(999)
  })

  it('refuses environments and metadata that are too large or cannot be stored', () => {
    const large = { KEY: 'x'.repeat(300 * 1024) }
    expect(() => draftSandbox('s', 'p', { ...OPTIONS, envs: large }, DEFAULTS)).toThrow('256 KB')
    expect(() => draftSandbox('s', 'p', { ...OPTIONS, metadata: { a: ['\0'] } }, DEFAULTS)).toThrow('NUL')
    for (const nul of ['\\\0', 'a\\\\\0'])
      expect(() => draftSandbox('s', 'p', { ...OPTIONS, envs: { A: nul } }, DEFAULTS)).toThrow('NUL')
  })

  it('take the sign for NUL where it is written out as text', () => {
    const metadata = { source: String.raw`'\u0000'`, twice: String.raw`\\u0000` }
    expect(draftSandbox('s', 'p', { ...OPTIONS, metadata }, DEFAULTS).metadata).toEqual(metadata)
  })
})

describe('owners', () => {
  it('are held to number, memory and disk, and get back what they release', () => {
    const owners = new Owners({ sandboxes: 2, memoryBytes: 100, diskBytes: 10 })
    owners.claim('a', '1', { memoryBytes: 60, diskBytes: null })
    expect(() => owners.claim('a', '2', { memoryBytes: 60, diskBytes: null })).toThrow('memory')
    expect(() => owners.claim('a', '2', { memoryBytes: 1, diskBytes: 11 })).toThrow('disk')
    owners.claim('a', '2', { memoryBytes: 40, diskBytes: 10 })
    expect(() => owners.claim('a', '3', { memoryBytes: 0, diskBytes: 0 })).toThrow('2 sandboxes')
    owners.claim('b', '3', { memoryBytes: 100, diskBytes: 10 })
    owners.release('a', '1')
    owners.claim('a', '4', { memoryBytes: 60, diskBytes: 0 })
  })
})

describe('a keyed lock', () => {
  it('does one thing at a time for a key, others beside it, and goes on after a failure', async () => {
    const lock = new KeyedLock()
    const log: string[] = []
    let letGo: () => void = () => undefined
    const first = lock.run('a', () =>
      new Promise<void>((resolve) => (letGo = resolve)).then(() => void log.push('a1')),
    )
    const second = lock.run('a', async () => {
      log.push('a2')
      throw new Error('no')
    })
    const third = lock.run('a', async () => void log.push('a3'))
    await lock.run('b', async () => void log.push('b'))
    expect(log).toEqual(['b'])
    letGo()
    await first
    await expect(second).rejects.toThrow('no')
    await third
    expect(log).toEqual(['b', 'a1', 'a2', 'a3'])
  })
})

describe('deadlines', () => {
  it('come due in their order, and not once forgotten', async () => {
    const now = Date.now()
    const due: string[] = []
    await new Promise<void>((resolve) => {
      const deadlines = new Deadlines((key) => {
        due.push(key)
        if (key === 'last') resolve()
      })
      deadlines.set('last', now + 60)
      deadlines.set('first', now + 20)
      deadlines.set('past', now - 1000)
      deadlines.set('forgotten', now + 30)
      deadlines.set('forgotten', null)
    })
    expect(due).toEqual(['past', 'first', 'last'])
    expect(Date.now()).toBeGreaterThanOrEqual(now + 60)
  })
})

describe('recovery', () => {
  const sandbox = (
    status: 'starting' | 'running' | 'stopped' | 'failed',
    expiresAt: string | null = null,
  ) => ({
    ...draftSandbox('s', 'p', OPTIONS, DEFAULTS),
    status,
    expiresAt,
  })
  const past = new Date(0).toISOString()

  it.each([
    ['keeps what runs', sandbox('running'), true, 'keep'],
    ['keeps what is stopped', sandbox('stopped'), false, 'keep'],
    ['marks what ended meanwhile', sandbox('running'), false, 'mark'],
    ['marks what has no files any more', sandbox('running'), undefined, 'mark'],
    ['removes what was half made', sandbox('starting'), true, 'remove'],
    ['removes what expired meanwhile', sandbox('running', past), true, 'remove'],
    ['stops what a stop left half done', sandbox('stopped'), true, 'stop'],
  ] as const)('%s', (_name, record, isRunning, act) => {
    expect(recoveryOf(record, isRunning, Date.now()).act).toBe(act)
  })
})
