import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashSecret } from '../auth/access'
import { type Stack, startStack } from '../protocols/stack.test-support'
import { agentPidOf } from '../providers/testing/recorded-agent'

let stack: Stack
let userId: string

beforeAll(async () => {
  stack = await startStack()
  ;({ userId } = await stack.newOwner())
})
afterAll(() => stack.stop())

const create = (timeoutMs?: number) =>
  stack.sandboxes.create({
    userId,
    apiKeyId: null,
    accessTokenHash: hashSecret('x'),
    timeoutMs,
    envs: { KEPT: 'yes' },
  })

/** What a restarted control plane has: the same database and machine, and nothing in memory. */
async function restart() {
  const provider = stack.openProvider()
  const service = stack.openService(provider)
  await service.recover()
  return {
    service,
    provider,
    async end() {
      service.close()
      await provider.close()
    },
  }
}

it('finds running sandboxes again, with their processes, terminals and environment', async () => {
  const { id } = await create()
  const before = await stack.sandboxes.connect(id)
  const terminal = await before.createTerminal({ title: 'kept' })
  const { provider, service, end } = await restart()
  const after = await service.connect(id)
  expect((await after.terminal(terminal.id)).title).toBe('kept')
  expect((await after.run({ command: 'echo $KEPT' })).stdout).toBe('yes\n')
  expect((await service.get(id)).status).toBe('running')
  expect((await provider.list()).map((each) => each.id)).toContain(id)
  await end()
})

it('keeps what is stopped stopped, and starts it on its files', async () => {
  const { id } = await create()
  await (await stack.sandboxes.connect(id)).run({ command: 'echo kept > /workspace/file' })
  await stack.sandboxes.stop(id)
  const { service, end } = await restart()
  expect((await service.get(id)).status).toBe('stopped')
  await expect(service.connect(id)).rejects.toMatchObject({ code: 'sandbox_stopped' })
  await service.start(id)
  expect((await (await service.connect(id)).run({ command: 'cat file' })).stdout).toBe('kept\n')
  await end()
})

it('leaves alone what has no record, which with the wrong database is everything', async () => {
  const { id } = await create()
  await stack.store.delete(id)
  const { provider, end } = await restart()
  expect(await provider.list()).toContainEqual({ id, isRunning: true })
  await provider.delete(id)
  await end()
})

it('removes what is half made and what has expired', async () => {
  const half = await create()
  await stack.store.update(half.id, { status: 'starting' })
  const expired = await create()
  await stack.store.update(expired.id, { expires_at: new Date(0).toISOString() })
  const { provider, service, end } = await restart()
  const left = (await provider.list()).map((each) => each.id)
  for (const { id } of [half, expired]) {
    expect(left).not.toContain(id)
    await expect(service.get(id)).rejects.toMatchObject({ code: 'sandbox_not_found' })
  }
  await end()
})

it('says so where the processes or the files of a sandbox are gone', async () => {
  const ended = await create()
  await stack.provider.stop(ended.id)
  const gone = await create()
  await stack.provider.delete(gone.id)
  const { service, end } = await restart()
  expect(await service.get(ended.id)).toMatchObject({
    status: 'stopped',
    statusReason: expect.stringContaining('ended'),
  })
  expect(await service.get(gone.id)).toMatchObject({
    status: 'failed',
    statusReason: expect.stringContaining('no longer'),
  })
  await service.delete(gone.id)
  await expect(service.get(gone.id)).rejects.toMatchObject({ code: 'sandbox_not_found' })
  await end()
})

it('ends a sandbox whose time comes after the restart', async () => {
  const { id } = await create(1500)
  const { service, end } = await restart()
  // It may be over before anybody could subscribe: the restart itself takes its time on a busy machine.
  const state = () =>
    service.get(id).then(
      ({ status }) => status,
      (error) => error.code,
    )
  await expect.poll(state, { timeout: 20_000 }).toBe('sandbox_not_found')
  await end()
})

it('tells when all processes of a sandbox ended by themselves, and starts it again', async () => {
  const { id } = await create()
  const told: string[] = []
  stack.sandboxes.subscribe(id, (event) => {
    if (event.type === 'status') told.push(`${event.sandbox.status}: ${event.sandbox.statusReason}`)
  })
  killFromOutside(id)
  await expect
    .poll(() => told, { timeout: 10_000 })
    .toEqual([expect.stringContaining('stopped: All of its processes')])
  await expect(stack.sandboxes.connect(id)).rejects.toMatchObject({ code: 'sandbox_stopped' })
  expect((await stack.sandboxes.start(id)).status).toBe('running')
  expect((await (await stack.sandboxes.connect(id)).run({ command: 'echo $KEPT' })).stdout).toBe('yes\n')
})

/** As the kernel's out-of-memory killer or an operator might. */
function killFromOutside(id: string): void {
  process.kill(agentPidOf(stack.dataDir, id), 'SIGKILL')
}
