import { readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'

/** From `.env.example`, which is written from the table in server/config.ts: nothing need be built for it. */
export function printHelp() {
  const settings = readFileSync(inRoot('.env.example'), 'utf8').trim()
  console.log(
    [
      'Usage: npm start              start Sandlot; installs and builds what is missing first',
      '       npm run dev            the same, reloading app, server and agent on every change',
      '       npm run doctor         what this machine can enforce and offer, with remedies',
      '       npm run key -- create  make an API key',
      '       npm run sign-in        a new sign-in link',
      '       npm test               everything that is tested',
      '',
      'Settings are environment variables, or lines of a file named .env here:',
      '',
      ...settings.split('\n').map((line) => (line ? `  ${line}` : '')),
    ].join('\n'),
  )
}
