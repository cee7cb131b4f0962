import { writeFileSync } from 'node:fs'
import { envExample, settingsPage } from './settings-docs'

// `npm run settings`
writeFileSync(new URL('../.env.example', import.meta.url), envExample())
writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage())
