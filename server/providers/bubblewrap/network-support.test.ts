import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkLack } from './network-support'

describe('what a network of sandboxes needs', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandlot-tun-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('misses a device that is not there', () => {
    const path = join(folder, 'tun')
    expect(networkLack(path)).toMatchObject({ reason: `this machine has no ${path}.` })
  })

  it('misses the right of unprivileged users to open it, whoever asks', () => {
    const path = join(folder, 'tun')
    writeFileSync(path, '')
    chmodSync(path, 0o600)
    expect(networkLack(path)).toEqual({
      reason: `unprivileged users cannot open ${path}.`,
      remedy: `sudo chmod 666 ${path}`,
    })
    chmodSync(path, 0o666)
    expect(networkLack(path)).toBeNull()
  })
})
