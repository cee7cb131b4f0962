import type { SnapshotStore } from '@/lib/db/snapshots'
import { SandboxError } from '@/lib/errors'
import type { CreateOptions } from './draft'
import { type Snapshot, snapshotOf } from './snapshot-record'

/** One that is whole; `not_found` where there is none, or it is another owner's. */
export async function ownedSnapshot(store: SnapshotStore, id: string, userId: string): Promise<Snapshot> {
  const row = await store.get(id)
  if (row?.status !== 'ready' || row.user_id !== userId) throw noSnapshot()
  return snapshotOf(row)
}

/** What a new sandbox gets of the snapshot that it is made from, where `options` do not say otherwise. */
export async function withSnapshot(
  store: SnapshotStore,
  provider: string,
  options: CreateOptions,
): Promise<CreateOptions> {
  const { snapshotId, userId, templateId } = options
  if (snapshotId === undefined) return options
  if (templateId !== undefined)
    throw new SandboxError('bad_request', 'A sandbox begins with a template or with a snapshot. Name one.')
  const snapshot = await ownedSnapshot(store, snapshotId, userId)
  if (snapshot.provider !== provider)
    throw new SandboxError(
      'unsupported',
      `The snapshot was made by ${snapshot.provider}, and sandboxes run on ${provider} now.`,
    )
  return {
    ...options,
    directory: options.directory ?? snapshot.directory,
    envs: { ...snapshot.envs, ...options.envs },
    templateId: snapshot.templateId ?? undefined,
  }
}

export function noSnapshot(): SandboxError {
  return new SandboxError('not_found', 'There is no such snapshot. It may have been deleted.')
}
