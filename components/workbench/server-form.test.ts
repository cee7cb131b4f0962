import { describe, expect, it } from 'vitest'
import type { ManagedServer } from '@/lib/protocol/servers'
import { draftFor, draftOf, NEW_SERVER, readDraft, type ServerDraft } from './server-form'

const draft = (changes: Partial<ServerDraft>): ServerDraft => ({
  ...NEW_SERVER,
  slug: 'web',
  start: 'npm run dev',
  ...changes,
})

const SERVER: ManagedServer = {
  slug: 'web',
  start: 'npm run dev',
  path: '/workspace/app',
  original_path: 'app',
  autostart: false,
  strict_port: true,
  depends_on: ['overlay-1'],
  port: 3001,
  asked_port: 3000,
  status: 'ready',
  restart_policy: 'always',
  max_restarts: 0,
  restart_delay: 250_000_000,
  stop_timeout: 3_000_000_000,
  restart_count: 1,
  exit_code: null,
  environment: { A: 'two words', 'odd name': 'kept' },
  health_check: { path: '/health', interval_ms: 500, timeout_ms: 99, delay_ms: 77 },
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
}

describe('a new server', () => {
  it('needs a name and a command, and nothing else', () => {
    expect(readDraft(draft({}), null).body).toEqual({
      slug: 'web',
      start: 'npm run dev',
      autostart: true,
      restart_policy: 'on-failure',
      max_restarts: 3,
      environment: {},
    })
  })

  it('takes what is filled in', () => {
    const { body } = readDraft(
      draft({
        port: ' 3000 ',
        install: 'npm ci',
        path: 'app',
        environment: '# of mine\nA=1\nB="two words"\n',
        envFile: '.env',
        maxRestarts: '',
        healthPath: '/health',
        healthSeconds: '0.5',
      }),
      null,
    )
    expect(body).toMatchObject({
      port: 3000,
      install: 'npm ci',
      path: 'app',
      environment: { A: '1', B: 'two words' },
      env_file: '.env',
      health_check: { path: '/health', interval_ms: 500, delay_ms: 0 },
    })
    expect(body).not.toHaveProperty('max_restarts')
  })

  it.each([
    ['slug', ' ', 'Give it a name.'],
    ['slug', 'a b', 'Must be 1 to 63 letters, digits, dashes or underscores.'],
    ['start', ' ', 'Say which command starts it.'],
    ['port', '0', 'Must be from 1 to 65535.'],
    ['port', 'web', 'Must be a whole number from 1 to 65535.'],
    ['environment', 'A=1\nB', 'Line 2 is not of the form NAME=value.'],
    ['maxRestarts', '0', 'Must be a whole number from 1, or empty for no limit.'],
    ['healthPath', 'health', 'Must be a path on the server, such as /health, percent-encoded.'],
  ] as const)('says what is wrong with %s %j', (field, value, problem) => {
    expect(readDraft(draft({ [field]: value }), null)).toEqual({ body: null, problems: { [field]: problem } })
  })

  it('asks for an interval only where there is a check', () => {
    const wrong = { healthSeconds: 'often' }
    expect(readDraft(draft(wrong), null).problems).toBeNull()
    expect(readDraft(draft({ ...wrong, healthPath: '/' }), null).problems).toEqual({
      healthSeconds: 'Must be 0.1 seconds or more.',
    })
  })
})

describe('an edited server', () => {
  it('keeps what its form does not show, and asks for the port that was asked for', () => {
    expect(readDraft(draftOf(SERVER), SERVER).body).toEqual({
      slug: 'web',
      start: 'npm run dev',
      path: 'app',
      port: 3000,
      autostart: false,
      strict_port: true,
      depends_on: ['overlay-1'],
      restart_policy: 'always',
      restart_delay_ms: 250,
      stop_timeout_ms: 3000,
      environment: { A: 'two words', 'odd name': 'kept' },
      health_check: { path: '/health', interval_ms: 500, timeout_ms: 99, delay_ms: 77 },
    })
  })

  it('loses what was emptied', () => {
    const { body } = readDraft({ ...draftOf(SERVER), port: '', healthPath: '', environment: '' }, SERVER)
    expect(body).not.toHaveProperty('port')
    expect(body).not.toHaveProperty('health_check')
    expect(body?.environment).toEqual({ 'odd name': 'kept' })
  })
})

describe("a template's command", () => {
  it('is installed once where it installs', () => {
    expect(draftFor('npm install && npm run dev', [])).toMatchObject({
      slug: 'web',
      install: 'npm install',
      start: 'npm run dev',
    })
    expect(draftFor('python3 server.py', ['web', 'web-2'])).toMatchObject({
      slug: 'web-3',
      install: '',
      start: 'python3 server.py',
    })
    expect(draftFor('cd app && ./run', [])).toMatchObject({ install: '', start: 'cd app && ./run' })
  })
})
