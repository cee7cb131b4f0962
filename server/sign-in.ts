import { createSignInLink } from '@/lib/auth/sign-in-link'
import { openDatabase } from '@/lib/db/open-database'
import { SandboxError } from '@/lib/errors'
import { authSecretOf } from './auth-secret'
import { readStart } from './config'
import { findServer } from './data-folder'
import { rootFolder } from './root-folder'

/** `npm run sign-in`: another link for the owner into the server that runs, good once within ten minutes. */
async function main(): Promise<void> {
  const start = readStart(rootFolder(), process.argv.slice(2))
  if (start.kind === 'help') return console.log(start.text)
  const { config } = start
  const baseUrl = addressOf(config.dataDir)
  const database = await openDatabase(config.databaseUrl)
  try {
    console.log(await createSignInLink({ database, baseUrl, secret: authSecretOf(config) }))
  } finally {
    await database.close()
  }
}

function addressOf(dataDir: string): string {
  const server = findServer(dataDir)
  if (server === null)
    throw new SandboxError(
      'unavailable',
      `No Sandlot runs on ${dataDir} (SANDLOT_DATA_DIR). Start it with npm start: that prints a link.`,
    )
  if (server.url === null)
    throw new SandboxError(
      'unavailable',
      `Sandlot (process ${server.pid}) is starting. It prints a link itself.`,
    )
  return server.url
}

main().catch((error: unknown) => {
  console.error(error instanceof SandboxError ? error.message : error)
  process.exit(1)
})
