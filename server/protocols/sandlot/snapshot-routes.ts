import {
  RestoreBody,
  type SandboxSnapshot,
  SandboxSnapshotBody,
  type SandboxSnapshots,
} from '@/lib/protocol/snapshots'
import type { RequestContext } from '../../request-context'
import type { Snapshot } from '../../sandbox/snapshot-record'
import type { Snapshots } from '../../sandbox/snapshots'
import type { Entry, SandboxTarget } from '../entry'
import { sendWhenReady } from '../patient-answer'
import type { RequestRoute } from '../site'
import { sandboxInfo } from './sandbox-info'

export interface SandboxSnapshotDeps {
  entry: Entry
  snapshots: Snapshots
  appUrl: (context: RequestContext) => string
}

/** The snapshots of one sandbox, for who may do with it what its owner may: those of the owner's other sandboxes are none of theirs. */
export function sandboxSnapshotRoutes({
  entry,
  snapshots,
  appUrl,
}: SandboxSnapshotDeps): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'GET',
      pattern: '/sandbox/snapshots',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'own')
        const answer: SandboxSnapshots = { snapshots: (await snapshots.listOf(target.id)).map(shown) }
        exchange.send(200, answer)
      },
    },
    {
      method: 'POST',
      pattern: '/sandbox/snapshots',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'own')
        const { name } = await exchange.json(SandboxSnapshotBody)
        const sandbox = await entry.sandboxes.get(target.id)
        const making = snapshots.create(sandbox, { name: name ?? undefined })
        await sendWhenReady(exchange, making.then(shown), { status: 201 })
      },
    },
    {
      method: 'DELETE',
      pattern: '/sandbox/snapshots/:id',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'own')
        await snapshots.delete(await snapshots.getOf(target.id, exchange.param('id')))
        exchange.done()
      },
    },
    {
      method: 'POST',
      pattern: '/sandbox/restore',
      async handle(exchange, target) {
        const { role } = await entry.authorize(exchange, target, 'own')
        const { snapshotId } = await exchange.json(RestoreBody)
        const restoring = snapshots.restore(target.id, await snapshots.getOf(target.id, snapshotId))
        const info = restoring.then((sandbox) => sandboxInfo(sandbox, role, appUrl(exchange.context)))
        await sendWhenReady(exchange, info)
      },
    },
  ]
}

function shown({ id, name, sizeBytes, createdAt }: Snapshot): SandboxSnapshot {
  return { id, name, size_bytes: sizeBytes, created_at: createdAt }
}
