import { CreateSnapshotBody, type SnapshotSummary } from '@/lib/protocol/snapshots'
import type { Access } from '../../auth/access'
import type { SandboxService } from '../../sandbox/sandbox-service'
import type { Snapshot } from '../../sandbox/snapshot-record'
import type { Snapshots } from '../../sandbox/snapshots'
import type { RequestRoute } from '../site'
import { sendData } from './gateway-answer'

export interface SnapshotDeps {
  sandboxes: SandboxService
  snapshots: Snapshots
  access: Access
}

/** The snapshots of an owner, whatever sandboxes they were made of. */
export function snapshotRoutes({ sandboxes, snapshots, access }: SnapshotDeps): RequestRoute<unknown>[] {
  return [
    {
      method: 'POST',
      pattern: '/v1/snapshots',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        const { sandboxId, name, metadata } = await exchange.json(CreateSnapshotBody)
        const sandbox = await sandboxes.getOwned(sandboxId, userId)
        const asked = { name: name ?? undefined, metadata: metadata ?? undefined }
        await sendData(exchange, 201, snapshots.create(sandbox, asked).then(summary))
      },
    },
    {
      method: 'GET',
      pattern: '/v1/snapshots',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        const data = (await snapshots.list(userId)).map(summary)
        exchange.send(200, { success: true, data })
      },
    },
    {
      method: 'DELETE',
      pattern: '/v1/snapshots/:id',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        await snapshots.delete(await snapshots.getOwned(exchange.param('id'), userId))
        exchange.send(200, { success: true })
      },
    },
  ]
}

function summary(snapshot: Snapshot): SnapshotSummary {
  const { id, sandboxId, provider, name, metadata, sizeBytes, createdAt } = snapshot
  return { id, sandboxId, provider, name, metadata, sizeBytes, createdAt }
}
