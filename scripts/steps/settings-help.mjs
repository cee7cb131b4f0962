import { readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'

/** From `.env.example`, which is written from server/settings.ts: nothing need be built for it. */
export function printHelp() {
  const settings = readFileSync(inRoot('.env.example'), 'utf8').trim()
  console.log(
    [
      'Sandlot: a browser IDE on disposable Linux sandboxes.',
      '',
      'npm start                 start Sandlot; installs and builds what is missing first',
      'npm start -- --port 4000  the same on another port (--host ADDRESS: on another address)',
      'npm run dev               the same, reloading app, server and agent on every change',
      'npm run doctor            what this machine can enforce and offer, with remedies',
      'npm run key -- create     make an API key',
      'npm run sign-in           make a new sign-in link',
      'npm test                  run every test',
      '',
      'Settings are environment variables, or lines of a file named .env beside package.json:',
      '',
      ...settings.split('\n').map((line) => (line ? `  ${line}` : '')),
    ].join('\n'),
  )
}
