import { describe, expect, it } from 'vitest'
import { isEnvFile, languageOf } from './file-kinds'

describe('files of variables', () => {
  it.each(['/app/.env', '/app/.env.local', '/app/.ENV.Production', '/app/production.env'])(
    '%s is one',
    (path) => {
      expect(isEnvFile(path)).toBe(true)
      expect(languageOf(path)).toEqual({ id: 'ini', name: 'Environment' })
    },
  )

  it.each(['/app/.envrc', '/app/env', '/.env/x.ts', '/app/.environment', '/app/env.ts', '/app/.env.'])(
    '%s is none',
    (path) => {
      expect(isEnvFile(path)).toBe(false)
    },
  )
})
