import { expect, it } from 'vitest'
import { SandboxesClient } from './sandboxes'

it('throws what failed after the status of the answer went out', async () => {
  const body = ' {"success":false,"error":"The disk of this machine is nearly full.","code":"disk_full"}'
  const sandboxes = new SandboxesClient({
    baseUrl: '',
    fetch: async () => new Response(body, { status: 201 }),
  })
  await expect(sandboxes.create({ snapshotId: 'snap-1' })).rejects.toMatchObject({
    code: 'disk_full',
    message: 'The disk of this machine is nearly full.',
  })
})
