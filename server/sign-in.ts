import { createSignInLink } from '@/lib/auth/sign-in-link'
import { openDatabase } from '@/lib/db/open-database'
import { SandboxError } from '@/lib/errors'
import { authSecretOf } from './auth-secret'
import { readStart } from './config'
import { makeDataFolder } from './data-folder'
import { rootFolder } from './root-folder'
import { urlsOf } from './urls'

/** `npm run sign-in`: another link for the owner, good once within ten minutes, whether the server runs or not. */
async function main(): Promise<void> {
  const start = readStart(rootFolder(), process.argv.slice(2))
  if (start.kind === 'help') return console.log(start.text)
  const { config } = start
  makeDataFolder(config.dataDir)
  const database = await openDatabase(config.databaseUrl)
  try {
    const baseUrl = urlsOf(config, config.port).app
    console.log(await createSignInLink({ database, baseUrl, secret: authSecretOf(config) }))
  } finally {
    await database.close()
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof SandboxError ? error.message : error)
  process.exit(1)
})
