import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyReadable } from './bubblewrap/template-folder'
import type { SandboxSpec } from './provider'
import { runIn } from './testing/agent-call'
import { kinds, newSpec, type ProviderUnderTest } from './testing/provider-under-test'

describe.each(kinds)('/templates under $name', ({ open }) => {
  let tested: ProviderUnderTest
  let spec: SandboxSpec
  const run = async (command: string) => (await runIn(tested.provider, spec, command)).stdout
  const restart = async () => {
    await tested.provider.stop(spec.id)
    await tested.provider.start(spec.id, spec)
  }
  const root = () => join(tested.dataDir, 'sandboxes', spec.id, 'root')

  beforeAll(async () => {
    tested = await open()
  })
  afterAll(() => tested.dispose())

  it('has the starter projects, for reading and running', async () => {
    spec = newSpec()
    await tested.provider.create(spec)
    expect(await run('cd /templates/small && ls -A && node index.js')).toBe('index.js\nnode_modules\n1\n')
    expect(await run('/templates/small/node_modules/.bin/run && echo ran')).toBe('ran\n')
  })

  it('cannot be changed from inside', async () => {
    const attempts = [
      '> /templates/x',
      'rm /templates/small/index.js',
      'chmod 777 /templates/small',
      'rmdir /templates',
    ]
    for (const attempt of attempts)
      expect(await run(`(${attempt}) 2>/dev/null || echo refused`)).toBe('refused\n')
    expect(await run('mv /templates /elsewhere 2>/dev/null || echo refused')).toBe('refused\n')
  })

  it('is there again after a stop', async () => {
    await restart()
    expect(await run('ls /templates')).toBe('small\n')
  })

  it('gives way to what the sandbox had there before', async () => {
    await tested.provider.stop(spec.id)
    rmSync(join(root(), 'templates'), { recursive: true })
    mkdirSync(join(root(), 'templates'))
    writeFileSync(join(root(), 'templates/mine'), '')
    await tested.provider.start(spec.id, spec)
    expect(await run('ls /templates')).toBe('mine\n')
  })

  it('is never mounted through a link', async () => {
    await tested.provider.stop(spec.id)
    rmSync(join(root(), 'templates'), { recursive: true })
    symlinkSync('/tmp/elsewhere', join(root(), 'templates'))
    await tested.provider.start(spec.id, spec)
    expect(await run('ls /tmp/elsewhere 2>/dev/null || echo nothing')).toBe('nothing\n')
  })
})

describe('a folder that is copied for all', () => {
  it('can be read by everybody, however strict its maker was', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandlot-readable-'))
    mkdirSync(join(folder, 'from/inner'), { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, 'from/inner/file'), '', { mode: 0o600 })
    writeFileSync(join(folder, 'from/inner/program'), '', { mode: 0o700 })
    symlinkSync('../nowhere', join(folder, 'from/link'))
    mkdirSync(join(folder, 'to'))
    copyReadable(join(folder, 'from'), join(folder, 'to'))
    const modeOf = (path: string) => lstatSync(join(folder, 'to', path)).mode & 0o777
    expect(['inner', 'inner/file', 'inner/program'].map(modeOf)).toEqual([0o755, 0o644, 0o755])
    expect(lstatSync(join(folder, 'to/link')).isSymbolicLink()).toBe(true)
    rmSync(folder, { recursive: true })
  })
})
