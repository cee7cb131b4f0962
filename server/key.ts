import { parseArgs } from 'node:util'
import { OWNER_EMAIL } from '@/lib/auth/sign-in-link'
import { ApiKeyStore } from '@/lib/db/api-keys'
import { openDatabase } from '@/lib/db/open-database'
import { UserStore } from '@/lib/db/users'
import { SandboxError } from '@/lib/errors'
import { createApiKey, deleteApiKey, listApiKeys } from './auth/api-keys'
import { readStart } from './config'
import { findServer, makeDataFolder } from './data-folder'
import { rootFolder } from './root-folder'

const USAGE = [
  'npm run key -- create [--name NAME]   make an API key; it is shown this once',
  'npm run key -- list                   the keys there are, without the keys themselves',
  'npm run key -- revoke ID              end a key',
].join('\n')

/** `npm run key`: the owner's API keys, whether the server runs or not. */
async function main(): Promise<void> {
  const { positionals, values } = readArguments()
  const [command, word] = positionals
  if (values.help || command === undefined) return console.log(USAGE)
  const start = readStart(rootFolder(), [])
  if (start.kind === 'help') return
  makeDataFolder(start.config.dataDir)
  const database = await openDatabase(start.config.databaseUrl)
  try {
    const owner = await new UserStore(database.db).ensureOwner(OWNER_EMAIL)
    await act(new ApiKeyStore(database.db), owner.id, command, values.name ?? word)
    if (command === 'create') console.error(whereToUse(start.config.dataDir))
  } finally {
    await database.close()
  }
}

async function act(
  keys: ApiKeyStore,
  userId: string,
  command: string,
  word: string | undefined,
): Promise<void> {
  if (command === 'create') {
    const { key, id } = await createApiKey(keys, userId, (word ?? 'command line').slice(0, 64))
    // The key alone on standard output, for KEY=$(npm run -s key -- create).
    console.error(`A new API key (${id}). It is shown this once:`)
    console.log(key)
  } else if (command === 'list') {
    for (const key of await listApiKeys(keys, userId))
      console.log(
        [key.id, `${key.prefix}…`, key.createdAt, key.lastUsedAt ?? 'never used', key.name].join('  '),
      )
  } else if (command === 'revoke' && word !== undefined) {
    await deleteApiKey(keys, userId, word)
    console.error('Revoked. What it holds open in a server that runs ends within seconds.')
  } else {
    throw new SandboxError('bad_request', USAGE)
  }
}

function whereToUse(dataDir: string): string {
  const server = findServer(dataDir)
  return server?.url
    ? `Sandlot takes it at ${server.url}`
    : `No Sandlot runs on ${dataDir} (SANDLOT_DATA_DIR) yet. Start it with npm start.`
}

function readArguments() {
  try {
    const options = { name: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw new SandboxError('bad_request', `${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof SandboxError ? error.message : error)
  process.exit(1)
})
