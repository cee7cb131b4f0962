import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { Checkout } from './checkout'
import { StartScript } from './start-script'

interface Fixtures {
  dataDir: string
  /** Copies of this checkout; they go with the test. */
  newCheckout: (kind: 'installed' | 'built' | 'developed') => Promise<Checkout>
  /** A script of ours on a data folder of the test's own; it ends with the test. */
  start: (options?: ConstructorParameters<typeof StartScript>[0]) => StartScript
}

/** What happens around a start: no server stands yet. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern that nothing else is needed.
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sandlot-start-'))
    // Sandboxes run as users of their own, who must be able to pass.
    await chmod(dataDir, 0o711)
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  newCheckout: async ({}, use) => {
    const checkouts: Checkout[] = []
    await use(async (kind) => {
      const checkout = await Checkout[kind]()
      checkouts.push(checkout)
      return checkout
    })
    await Promise.all(checkouts.map((checkout) => checkout.remove()))
  },
  // The folders are named so that they outlast what runs in them.
  start: async ({ dataDir, newCheckout: _ }, use) => {
    const started: StartScript[] = []
    await use((options = {}) => {
      const settings = { SANDLOT_DATA_DIR: dataDir, SANDLOT_WARM_SANDBOXES: '0', ...options.settings }
      const script = new StartScript({ ...options, settings })
      started.push(script)
      return script
    })
    await Promise.all(started.map((script) => script.end()))
  },
})

/** What a start says when all is well, with its address. */
export const READY = /Sandlot is ready at (\S+)/

/** Mounts of one's own, without a right on the machine: what these hide or add, nobody else sees. */
export const AS_ROOT = ['unshare', '--user', '--map-root-user', '--mount']
export const AS_USER = ['unshare', '--user', '--map-user=1000', '--keep-caps', '--mount']
export const HIDE_BUBBLEWRAP = 'mount --bind /dev/null /usr/bin/bwrap'

/** A refusal is for whoever reads it: sentences, no stack. */
export async function expectRefusal(script: StartScript, ...sentences: (string | RegExp)[]): Promise<void> {
  expect(await script.exited, script.output).toBe(1)
  for (const sentence of sentences) expect(script.output).toMatch(sentence)
  expect(script.output).not.toMatch(/^ +at /m)
}
