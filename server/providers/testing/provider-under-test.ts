import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { type BubblewrapOptions, BubblewrapProvider } from '../bubblewrap'
import type { PackageSettings } from '../bubblewrap/environment'
import type { Provider, SandboxLimits, SandboxSpec } from '../provider'
import { startWorkerProvider, TEST_UID, type WorkerProvider } from './worker-provider'

const MiB = 1024 * 1024

/** One way in which a provider runs, with what tests must know of it. */
export interface ProviderUnderTest {
  provider: Provider
  dataDir: string
  /** Another in its place over the same data directory, as after a restart of Sandlot. */
  again(): Promise<void>
  /** SIGKILL for the process of the provider; only where it has one of its own. */
  crash(): Promise<void>
  /** Ends every sandbox, removes the directory. */
  dispose(): Promise<void>
}

export interface Kind {
  name: string
  isRoot: boolean
  open(packages?: Partial<PackageSettings>): Promise<ProviderUnderTest>
}

const isRoot = process.getuid?.() === 0

/** As root, Sandlot runs both ways; an ordinary user can only try its own. */
export const kinds: Kind[] = isRoot
  ? [
      { name: 'bubblewrap as root', isRoot: true, open: (packages) => open(openHere, packages) },
      {
        name: 'bubblewrap as an ordinary user',
        isRoot: false,
        open: (packages) => open((options) => startWorkerProvider(options, TEST_UID), packages),
      },
    ]
  : [{ name: 'bubblewrap as an ordinary user', isRoot: false, open: (packages) => open(openHere, packages) }]

/** Those whose provider is in a process of its own, which can be killed. */
export const workerKinds: Kind[] = (isRoot ? [0, TEST_UID] : [process.getuid?.() ?? 0]).map((uid) => ({
  name: uid === 0 ? 'bubblewrap as root' : 'bubblewrap as an ordinary user',
  isRoot: uid === 0,
  open: (packages) => open((options) => startWorkerProvider(options, uid), packages),
}))

export const defaultLimits: SandboxLimits = {
  memoryBytes: 512 * MiB,
  cpus: 2,
  processes: 256,
  diskBytes: 1024 * MiB,
  openFiles: 4096,
  required: [],
}

export function newSpec(changes: Partial<SandboxSpec> = {}): SandboxSpec {
  const id = `t${randomBytes(6).toString('hex')}`
  return { id, secret: randomBytes(16).toString('hex'), limits: defaultLimits, egress: 'none', ...changes }
}

function agentPath(): string {
  const path = fileURLToPath(new URL('../../../.build/agent/sandlot-agent', import.meta.url))
  if (!existsSync(path)) throw new Error('The agent is not built: node scripts/build-agent.mjs')
  return path
}

async function open(
  start: (options: BubblewrapOptions) => Promise<Provider | WorkerProvider>,
  settings: Partial<PackageSettings> = {},
): Promise<ProviderUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandlot-provider-'))
  const packages = { registry: null, index: null, proxy: null, ca: null, addresses: [], ...settings }
  const options = {
    dataDir,
    agentPath: agentPath(),
    templatesPath: writeTemplate(dataDir),
    packages,
    log: pino({ level: 'error' }),
    warmSandboxes: 2,
  }
  const tested: ProviderUnderTest & { provider: Provider | WorkerProvider } = {
    provider: await start(options),
    dataDir,
    again: async () => {
      await tested.provider.close()
      tested.provider = await start(options)
    },
    crash: async () => {
      if (!('crash' in tested.provider)) throw new Error('This provider has no process of its own')
      await tested.provider.crash()
    },
    dispose: async () => {
      await Promise.all((await tested.provider.list()).map(({ id }) => tested.provider.delete(id)))
      await tested.provider.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return tested
}

/** A starter project such as the set-up prepares. */
function writeTemplate(dataDir: string): string {
  const folder = join(dataDir, 'templates-source')
  mkdirSync(join(folder, 'small/node_modules/.bin'), { recursive: true })
  writeFileSync(join(folder, 'small/index.js'), 'console.log(1)\n')
  writeFileSync(join(folder, 'small/node_modules/run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  symlinkSync('../run.sh', join(folder, 'small/node_modules/.bin/run'))
  return folder
}

async function openHere(options: BubblewrapOptions): Promise<Provider> {
  // The sandboxes' own users must pass; mkdtemp lets nobody.
  chmodSync(options.dataDir, 0o711)
  return new BubblewrapProvider(options)
}
