import { execFileSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiKeyStore } from '@/lib/db/api-keys'
import { MagicLinkStore } from '@/lib/db/magic-links'
import { openDatabase } from '@/lib/db/open-database'
import { SandboxStore } from '@/lib/db/sandboxes'
import { SessionTokenStore } from '@/lib/db/session-tokens'
import { SignalStore } from '@/lib/db/signals'
import { SnapshotStore } from '@/lib/db/snapshots'
import { WatcherStore } from '@/lib/db/watchers'
import { ROOT_API, SANDBOX_API } from '@/lib/protocol/api'
import type { CreatedSandbox } from '@/lib/protocol/sandboxes'
import { Access } from '../auth/access'
import { createHttpServer } from '../http-server'
import { createLogger } from '../log'
import { Passes } from '../preview/pass'
import { createPreviewSite } from '../preview/site'
import { PreviewTickets } from '../preview/tickets'
import { BubblewrapProvider } from '../providers/bubblewrap'
import type { SandboxDefaults } from '../sandbox/draft'
import { NamedSandboxes } from '../sandbox/named-sandboxes'
import { SandboxService } from '../sandbox/sandbox-service'
import { openSeal } from '../sandbox/seal'
import { Snapshots } from '../sandbox/snapshots'
import { loadTemplate } from '../templates/catalog'
import { createApiSite } from './api-site'
import { checkedSite } from './contract-check.test-support'
import { createSandboxSite } from './sandbox-site'

const MEGABYTE = 1024 * 1024
const ROOT = join(import.meta.dirname, '../..')

const DEFAULTS: SandboxDefaults = {
  directory: '/workspace',
  limits: { memoryBytes: 512 * MEGABYTE, cpus: null, processes: 256, diskBytes: null, openFiles: 4096 },
  egress: 'none',
  timeToLiveMs: 3600_000,
  quota: { sandboxes: 40, memoryBytes: null, diskBytes: null },
}

export type Stack = Awaited<ReturnType<typeof startStack>>

/** The whole of the server but pages, on real sandboxes, a real database and a real port. */
export async function startStack(defaults: Partial<SandboxDefaults> = {}) {
  const agentPath = execFileSync(process.execPath, ['scripts/build-agent.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim()
  const templatesPath = execFileSync(process.execPath, ['scripts/build-templates.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim()
  const dataDir = mkdtempSync(join(tmpdir(), 'sandlot-test-'))
  execFileSync('chmod', ['711', dataDir])
  const log = createLogger(process.env.LOG_LEVEL ?? 'silent')
  const database = await openDatabase(join(dataDir, 'sandlot.db'))
  const store = new SandboxStore(database.db)
  const snapshotStore = new SnapshotStore(database.db)
  const access = new Access({
    apiKeys: new ApiKeyStore(database.db),
    sandboxes: store,
    sessionTokens: new SessionTokenStore(database.db),
    magicLinks: new MagicLinkStore(database.db),
    assertionKey: randomBytes(32),
    log,
  })
  const packages = { registry: null, index: null, proxy: null, ca: null, addresses: [] }
  const openProvider = () => new BubblewrapProvider({ dataDir, agentPath, templatesPath, packages, log })
  const provider = openProvider()
  const openService = (on = provider, changes = defaults) =>
    new SandboxService({
      store,
      snapshots: snapshotStore,
      provider: on,
      templates: { load: loadTemplate },
      seal: openSeal(join(dataDir, 'seal.key')),
      log,
      defaults: { ...DEFAULTS, ...changes },
    })
  const sandboxes = openService()
  await sandboxes.recover()
  const openSnapshots = (service = sandboxes, on = provider) =>
    new Snapshots({ store: snapshotStore, sandboxes: service, provider: on, log })
  const snapshots = openSnapshots()
  await snapshots.recover()

  const stores = { watchers: new WatcherStore(database.db), signals: new SignalStore(database.db) }
  let origin = ''
  const sandboxUrl = (id: string) => `${origin}/sandboxes/${id}`
  const passes = new Passes(randomBytes(32))
  const preview = createPreviewSite({
    openPort: async (id, port) => (await sandboxes.connect(id)).openPort(port),
    passes,
    tickets: new PreviewTickets({ passes, sandboxDomain: null }),
    isPublic: (id) => sandboxes.hasPublicPorts(id),
  })
  const bare = {
    api: createApiSite({
      sandboxes,
      names: new NamedSandboxes(sandboxes, store),
      snapshots,
      access,
      sandboxUrl,
      browserUrl: sandboxUrl,
      version: '0.0.0-test',
    }),
    sandbox: createSandboxSite({
      sandboxes,
      snapshots,
      access,
      openPreview: (id, port) => ({
        url: `${origin}/${id}/${port}/ticket`,
        origin: `${origin}/${id}/${port}`,
      }),
      stores,
      sandboxUrl,
      browserUrl: sandboxUrl,
      previewUrl: (id, port) => `${origin}/sandboxes/${id}/ports/${port}/~public`,
      appUrl: () => origin,
      version: '0.0.0-test',
    }),
  }
  /** Where an answer was not as the document says. */
  const violations: string[] = []
  const sites = {
    api: checkedSite(bare.api, ROOT_API, violations),
    sandbox: checkedSite(bare.sandbox, SANDBOX_API, violations),
    app: nothing,
    preview,
  }
  const book = {
    appHosts: new Set(['127.0.0.1']),
    sandboxDomains: [],
    publicNames: new Set<string>(),
    isDev: false,
  }
  const { server, close } = createHttpServer({ log, book, isSecureHost: () => false, sites })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const newOwner = async () => {
    const userId = randomUUID()
    const user = { id: userId, name: null, email: `${userId}@example.com`, emailVerified: null, image: null }
    await database.db.insertInto('User').values(user).execute()
    const { key } = await access.createApiKey(userId, 'test')
    return { userId, key }
  }

  return {
    origin,
    dataDir,
    access,
    store,
    stores,
    provider,
    openProvider,
    openService,
    openSnapshots,
    sandboxes,
    routes: { api: sites.api.routes, sandbox: sites.sandbox.routes },
    snapshots,
    snapshotStore,
    newOwner,
    async stop() {
      const left = await store.listAll()
      await Promise.all(left.map(({ id }) => sandboxes.delete(id)))
      await close()
      preview.close()
      sandboxes.close()
      await provider.close()
      await database.close()
      rmSync(dataDir, { recursive: true, force: true })
      if (violations.length > 0)
        throw new Error(`Not as in openapi.json:\n${[...new Set(violations)].join('\n')}`)
    },
  }
}

/** Answers only what has no sandbox in it. */
const nothing = {
  request: () => {
    throw new Error('The tests of the protocols have no pages.')
  },
  upgrade: () => {
    throw new Error('The tests of the protocols have no pages.')
  },
}

export interface TestSandbox extends CreatedSandbox {
  /** A request with the sandbox's access token; an object is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** The same, its answer read as JSON. */
  json(method: string, path: string, body?: unknown): Promise<Answer>
  run(command: string): Promise<{ stdout: string; stderr: string; exit_code: number }>
}

/** What tests look at without a schema. */
// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole or by field, and a missing field fails the test
export type Answer = any

export async function createSandbox(stack: Stack, key: string, body: object = {}): Promise<TestSandbox> {
  const response = await fetch(`${stack.origin}/v1/sandboxes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-computesdk-api-key': key },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { success: boolean; data: CreatedSandbox; error?: string }
  if (!answer.success) throw new Error(`${response.status}: ${answer.error}`)
  return withCalls(answer.data)
}

function withCalls(sandbox: CreatedSandbox): TestSandbox {
  const call: TestSandbox['call'] = (method, path, body, headers = {}) => {
    const isRaw = body === undefined || body instanceof Uint8Array || typeof body === 'string'
    return fetch(sandbox.url + path, {
      method,
      headers: {
        authorization: `Bearer ${sandbox.token}`,
        ...(isRaw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: isRaw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    })
  }
  const json: TestSandbox['json'] = async (method, path, body) => (await call(method, path, body)).json()
  return {
    ...sandbox,
    call,
    json,
    run: async (command) => (await json('POST', '/run/command', { command })).data,
  }
}
