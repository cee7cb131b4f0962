import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SandboxSpec } from './provider'
import { callAgent, runIn } from './testing/agent-call'
import { defaultLimits, kinds, newSpec, type ProviderUnderTest } from './testing/provider-under-test'
import { agentPidOf } from './testing/recorded-agent'

const WORKSPACE = '/home/user/workspace'
const PROCESSES = 40
/** On a busy machine a condition that comes late has still come. */
const WAIT = { timeout: 20_000 }
/** More than the agent reads at once. */
const LARGE = '/bin/bash'
/** Forks until it may not, holds what it has, and takes every place that becomes free. */
const CROWD = `
import os, time
while True:
    try:
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
    except OSError: time.sleep(0.01)`

/** What a student does who tries what happens: the agent goes on answering, and says what to do. */
describe.each(kinds)('a sandbox of $name that has used up', ({ open }) => {
  let tested: ProviderUnderTest
  beforeAll(async () => {
    tested = await open()
  })
  afterAll(() => tested.dispose())

  const made = async (changes: Partial<SandboxSpec> = {}) => {
    const spec = newSpec(changes)
    await tested.provider.create(spec)
    return spec
  }
  const call = (spec: SandboxSpec, method: string, path: string, body?: unknown) =>
    callAgent(tested.provider, spec, method, path, body)
  const content = (name: string) => `/files/content?path=${WORKSPACE}/${name}`
  const threadsOf = ({ id }: SandboxSpec) => {
    const pid = agentPidOf(tested.dataDir, id)
    return readdirSync(`/proc/${pid}/task`).map((tid) =>
      readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').trim(),
    )
  }

  const refusesTerminal = async (spec: SandboxSpec) => {
    const { text } = await call(spec, 'POST', '/terminals', {})
    expect(JSON.parse(text)).toMatchObject({ code: 'too_many' })
  }
  const expectWorks = async (spec: SandboxSpec) => {
    expect((await call(spec, 'PUT', content('last'), 'written')).status).toBe(200)
    expect((await runIn(tested.provider, spec, 'cat last')).stdout).toBe('"written"')
  }

  it('its processes still works with files, and can be given room', async () => {
    const spec = await made({ limits: { ...defaultLimits, processes: PROCESSES } })
    // The very first act of the sandbox, so that its agent has not done before what it must still do then.
    const { text } = await call(spec, 'POST', '/terminals', { command: `exec python3 -c '${CROWD}'` })
    const crowd = JSON.parse(text) as { id: string }
    await vi.waitFor(() => refusesTerminal(spec), WAIT)
    const before = threadsOf(spec)
    // None that ends when idle, as those for compiling and collecting do: it could not come again.
    expect(before.filter((name) => !/^(agent|mi-scavenger|Bun Pool \d+)$/.test(name))).toEqual([])
    expect((await call(spec, 'PUT', content('first'), { is: 'written' })).status).toBe(200)
    expect((await call(spec, 'GET', content('first'))).text).toBe('{"is":"written"}')
    const acts = [
      ['GET', `/files/content?path=${LARGE}`],
      ['POST', '/files/copy', { from: LARGE, to: `${WORKSPACE}/copy` }],
      ['GET', '/files/tree?path=/usr/share/doc'],
      ['GET', '/files/search/names?path=/usr/share&query=a'],
      ['DELETE', `/files?path=${WORKSPACE}/copy`],
      ['GET', '/system/processes'],
      ['GET', '/ports'],
    ] as const
    for (const [method, path, body] of acts)
      expect((await call(spec, method, path, body)).status, path).toBeLessThan(300)
    expect(threadsOf(spec)).toEqual(before)
    expect((await call(spec, 'DELETE', `/terminals/${crowd.id}`)).status).toBe(204)
    await expectWorks(spec)
  })

  it('its processes starts a server again when there is room, and answers meanwhile', async () => {
    const spec = await made({ limits: { ...defaultLimits, processes: PROCESSES } })
    const server = {
      slug: 'web',
      start: 'while [ ! -e go ]; do sleep 0.1; done; exit 1',
      path: WORKSPACE,
      strictPort: false,
      autostart: true,
      dependsOn: [],
      restartPolicy: 'always',
      maxRestarts: 0,
      restartDelayMs: 0,
      stopTimeoutMs: 100,
    }
    expect((await call(spec, 'POST', '/servers', server)).status).toBe(201)
    const { text } = await call(spec, 'POST', '/terminals', { command: `exec python3 -c '${CROWD}'` })
    const crowd = JSON.parse(text) as { id: string }
    await vi.waitFor(() => refusesTerminal(spec), WAIT)
    const other = await call(spec, 'POST', '/servers', { ...server, slug: 'other' })
    expect([other.status, other.text]).toEqual([429, expect.stringContaining('limit of processes')])
    expect((await call(spec, 'PUT', content('go'), 'now')).status).toBe(200)
    const seen = async () => JSON.parse((await call(spec, 'GET', '/servers/web')).text)
    await vi.waitFor(async () => expect((await seen()).statusReason).toContain('limit of processes'), WAIT)
    expect((await call(spec, 'DELETE', `/files?path=${WORKSPACE}/go`)).status).toBe(204)
    expect((await call(spec, 'DELETE', `/terminals/${crowd.id}`)).status).toBe(204)
    await vi.waitFor(async () => expect(await seen()).toMatchObject({ status: 'running' }), WAIT)
    expect((await call(spec, 'DELETE', '/servers/web')).status).toBe(204)
    await expectWorks(spec)
  })

  it('its open files refuses what needs more, with the remedy, and goes on when some are closed', async () => {
    const spec = await made({ limits: { ...defaultLimits, openFiles: 48 } })
    const opened: string[] = []
    await vi.waitFor(async () => {
      const { status, text } = await call(spec, 'POST', '/terminals', { command: 'sleep 600' })
      if (status === 201) opened.push((JSON.parse(text) as { id: string }).id)
      expect([status, text]).toEqual([429, expect.stringContaining('Close some')])
    }, WAIT)
    for (const path of ['/system/processes', `/files/list?path=${WORKSPACE}`])
      expect(JSON.parse((await call(spec, 'GET', path)).text)).toMatchObject({ code: 'unavailable' })
    for (const id of opened) expect((await call(spec, 'DELETE', `/terminals/${id}`)).status).toBe(204)
    await expectWorks(spec)
  })

  it('its disk says so for a file, and takes one again when there is room', async () => {
    const spec = await made()
    // The one file system inside whose end is reached in a moment; the code is the same for all.
    await runIn(tested.provider, spec, 'cat /dev/zero > /run/fill; head -c 9000 /dev/zero > /run/rest')
    const write = (name: string) => call(spec, 'PUT', `/files/content?path=/run/${name}`, 'x'.repeat(20_000))
    expect(JSON.parse((await write('new')).text)).toMatchObject({ code: 'disk_full' })
    const batch = { files: [{ path: '/run/new', operation: 'write', content: 'x'.repeat(20_000) }] }
    expect((await call(spec, 'POST', '/files/batch', batch)).text).toContain('disk_full')
    // Neither leaves a part of itself behind.
    expect((await runIn(tested.provider, spec, 'ls -A /run')).stdout).toBe('fill\nrest\nsandlot\n')
    await runIn(tested.provider, spec, 'rm /run/fill')
    expect((await write('new')).status).toBe(200)
    await expectWorks(spec)
  })

  it('everything it may delete still gives a shell, and takes files', async () => {
    const spec = await made()
    await call(spec, 'POST', '/configure', { directory: WORKSPACE, environment: {} })
    await runIn(tested.provider, spec, 'rm -rf --no-preserve-root ~ /tmp /var /home /run/* 2>/dev/null')
    const { id } = JSON.parse((await call(spec, 'POST', '/terminals', {})).text) as { id: string }
    expect(id).toMatch(/^\w+$/)
    expect((await call(spec, 'PUT', content('again'), 'new')).status).toBe(200)
    await expectWorks(spec)
  })
})
