import { describe, expect, it } from 'vitest'
import { madeAt, newSandboxUrl, restoreWarning, snapshotName } from './snapshot-words'

const SNAPSHOT = { id: 'snap1', name: null, size_bytes: 1, created_at: '2026-06-15T12:00:00.000' }

describe('a snapshot in words', () => {
  it('is called by its name, or by when it was made', () => {
    expect(snapshotName({ ...SNAPSHOT, name: 'before' })).toBe('before')
    expect(snapshotName(SNAPSHOT)).toContain('15 Jun')
  })

  it('tells the year only where it is another, and survives a time that is none', () => {
    expect(madeAt(SNAPSHOT.created_at, Date.parse('2026-07-01'))).toBe('15 Jun, 12:00')
    expect(madeAt(SNAPSHOT.created_at, Date.parse('2027-07-01'))).toBe('15 Jun 2026, 12:00')
    expect(madeAt('soon')).toBe('an unknown time')
  })

  it('says before a restore what is lost, and that unsaved edits are not', () => {
    expect(restoreWarning(SNAPSHOT, 0)).toMatch(/is lost.*runs ends/)
    expect(restoreWarning(SNAPSHOT, 0)).not.toContain('unsaved')
    expect(restoreWarning(SNAPSHOT, 1)).toContain('1 file has unsaved edits: they stay in the editor')
    expect(restoreWarning(SNAPSHOT, 2)).toContain('2 files have')
  })

  it('leads to the dashboard, whatever its address ends with', () => {
    expect(newSandboxUrl('http://localhost:3000', 'a b&c')).toBe('http://localhost:3000/?from=a+b%26c')
    expect(newSandboxUrl('https://x.example/', 's1')).toBe('https://x.example/?from=s1')
  })
})
