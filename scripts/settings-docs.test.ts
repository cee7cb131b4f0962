import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { envExample, settingsPage } from './settings-docs'

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}

it('.env.example is what server/settings.ts says (npm run settings writes it)', () => {
  expect(read('.env.example')).toBe(envExample())
})

it('docs/settings.md is what server/settings.ts says (npm run settings writes it)', () => {
  expect(read('docs/settings.md')).toBe(settingsPage())
})
