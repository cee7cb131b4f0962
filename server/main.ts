import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { loadAssertionKey } from '@/lib/auth/assertion'
import { createSignInLink } from '@/lib/auth/sign-in-link'
import { ApiKeyStore } from '@/lib/db/api-keys'
import { MagicLinkStore } from '@/lib/db/magic-links'
import { type OpenDatabase, openDatabase } from '@/lib/db/open-database'
import { SandboxStore } from '@/lib/db/sandboxes'
import { SessionTokenStore } from '@/lib/db/session-tokens'
import { SignalStore } from '@/lib/db/signals'
import { SnapshotStore } from '@/lib/db/snapshots'
import { WatcherStore } from '@/lib/db/watchers'
import { SandboxError } from '@/lib/errors'
import { Access } from './auth/access'
import { authSecretOf } from './auth-secret'
import { type Config, readStart, tellNext } from './config'
import { type DataFolder, takeDataFolder } from './data-folder'
import { withHealth } from './health'
import { createHttpServer } from './http-server'
import { listen } from './listen'
import { createLogger, type Logger } from './log'
import { startNextApp } from './next-app'
import { Passes } from './preview/pass'
import { createPreviewSite } from './preview/site'
import { PreviewTickets } from './preview/tickets'
import { createApiSite } from './protocols/api-site'
import { createSandboxSite } from './protocols/sandbox-site'
import { BubblewrapProvider } from './providers/bubblewrap'
import { rootFolder } from './root-folder'
import { NamedSandboxes } from './sandbox/named-sandboxes'
import { SandboxService } from './sandbox/sandbox-service'
import { openSeal } from './sandbox/seal'
import { Snapshots } from './sandbox/snapshots'
import { closeOnSignals } from './shutdown'
import { createStartingSites } from './starting-sites'
import { loadTemplate } from './templates/catalog'
import { addressBookOf, exposureNotice, sharedDomainWarning, type Urls, urlsOf } from './urls'

/** Where commands and terminals of a new sandbox start. */
const SANDBOX_DIRECTORY = '/home/user/workspace'

const root = rootFolder()

async function main(): Promise<void> {
  const start = readStart(root, process.argv.slice(2))
  if (start.kind === 'help') return console.log(start.text)
  const { config } = start
  const log = createLogger(config.logLevel)
  // What nobody awaited is a mistake of ours, but no reason to cut everybody's terminals.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
  for (const warning of [exposureNotice(config), sharedDomainWarning(config)])
    if (warning !== null) console.warn(warning)
  const folder = takeDataFolder(config.dataDir)
  process.once('exit', () => folder.release())
  await run(config, folder, log)
}

async function run(config: Config, folder: DataFolder, log: Logger): Promise<void> {
  const starting = createStartingSites()
  let urls = urlsOf(config, config.port)
  const http = createHttpServer({
    log,
    book: addressBookOf(config, namesIn(join(root, 'public'))),
    isSecureHost: (name) => urls.isSecureHost(name),
    sites: starting.sites,
  })
  const port = await listen(http.server, config.host, config.port)
  urls = urlsOf(config, port)

  const database = await openDatabase(config.databaseUrl)
  const secret = authSecretOf(config)
  tellNext({
    DATABASE_URL: config.databaseUrl,
    SANDLOT_DATA_DIR: config.dataDir,
    SANDLOT_URL: urls.app,
    SANDLOT_API_URL: urls.loopback,
    NEXTAUTH_URL: urls.app,
    NEXTAUTH_SECRET: secret,
    EMAIL_SERVER: config.mail.server,
    EMAIL_FROM: config.mail.from,
  })
  const control = createControl(config, log, urls, database)
  const [app] = await Promise.all([
    startNextApp({ root, isDev: config.isDev, host: config.host, port }),
    control.recover(),
  ])
  starting.start({ ...control.sites, app: app.site })
  folder.publish(urls.app)
  closeOnSignals(log, async () => {
    await http.close()
    control.sites.preview.close()
    control.service.close()
    await Promise.all([control.provider.close(), app.close()])
    await database.close()
  })
  const link = await createSignInLink({ database, baseUrl: urls.app, secret })
  announce(urls, link, config)
}

function createControl(config: Config, log: Logger, urls: Urls, database: OpenDatabase) {
  const { db } = database
  const store = new SandboxStore(db)
  const snapshotStore = new SnapshotStore(db)
  const provider = new BubblewrapProvider({
    dataDir: config.dataDir,
    agentPath: join(root, '.build', 'agent', 'sandlot-agent'),
    templatesPath: join(root, '.build', 'templates'),
    packages: config.packages,
    warmSandboxes: config.warmSandboxes,
    log,
  })
  const service = new SandboxService({
    store,
    snapshots: snapshotStore,
    provider,
    templates: { load: loadTemplate },
    seal: openSeal(join(config.dataDir, 'seal.key')),
    log,
    defaults: {
      directory: SANDBOX_DIRECTORY,
      limits: config.limits,
      egress: config.egress,
      timeToLiveMs: config.timeoutMs,
      quota: config.quota,
    },
  })
  const snapshots = new Snapshots({ store: snapshotStore, sandboxes: service, provider, log })
  const assertionKey = loadAssertionKey(config.dataDir)
  const access = new Access({
    apiKeys: new ApiKeyStore(db),
    sandboxes: store,
    sessionTokens: new SessionTokenStore(db),
    magicLinks: new MagicLinkStore(db),
    assertionKey,
    log,
  })
  const passes = new Passes(assertionKey)
  const tickets = new PreviewTickets({ passes, sandboxDomain: urls.sandboxDomain })
  const openPort = async (id: string, port: number) => (await service.connect(id)).openPort(port)
  const { sandboxUrl, browserUrl } = urls
  const version = versionOf(join(root, 'package.json'))
  const common = { sandboxes: service, snapshots, access, sandboxUrl, browserUrl, version }
  const sites = {
    api: withHealth(createApiSite({ ...common, names: new NamedSandboxes(service, store) }), {
      database: () => sql`select 1`.execute(db),
      provider: () => provider.list(),
    }),
    sandbox: createSandboxSite({
      ...common,
      openPreview: (id, port, context) => tickets.create(id, port, context),
      previewUrl: urls.previewUrl,
      stores: { watchers: new WatcherStore(db), signals: new SignalStore(db) },
      appUrl: urls.appUrl,
    }),
    preview: createPreviewSite({ openPort, passes, tickets, isPublic: (id) => service.hasPublicPorts(id) }),
  }
  const recover = async () => {
    await service.recover()
    await snapshots.recover()
  }
  return { sites, service, provider, recover }
}

function announce(urls: Urls, link: string, config: Config): void {
  console.log(
    [
      '',
      `Sandlot is ready at ${urls.app}`,
      '',
      'Sign in with this link, once and within ten minutes:',
      `  ${link}`,
      '',
      `Everything is kept in ${config.dataDir}. Another link: npm run sign-in. An API key: npm run key -- create`,
      'Ctrl-C stops Sandlot; its sandboxes go on.',
      '',
    ].join('\n'),
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function versionOf(packageFile: string): string {
  return String(JSON.parse(readFileSync(packageFile, 'utf8')).version)
}

main().catch((error: unknown) => {
  // An expected refusal is a sentence with its remedy; anything else is for whoever mends it.
  console.error(error instanceof SandboxError ? error.message : error)
  process.exit(1)
})
