import type { SnapshotRow } from '@/lib/db/snapshots'

/** The files of a sandbox as they were once, with what a new sandbox needs besides. */
export interface Snapshot {
  id: string
  userId: string
  /** Whose files these are; it may be gone. */
  sandboxId: string
  provider: string
  name: string | null
  metadata: Record<string, unknown>
  directory: string
  envs: Record<string, string>
  templateId: string | null
  sizeBytes: number
  createdAt: string
}

export function snapshotOf(row: SnapshotRow): Snapshot {
  return {
    id: row.id,
    userId: row.user_id,
    sandboxId: row.sandbox_id,
    provider: row.provider,
    name: row.name,
    // Our own columns, written by rowOfSnapshot below.
    metadata: JSON.parse(row.metadata),
    directory: row.directory,
    envs: JSON.parse(row.envs),
    templateId: row.template_id,
    sizeBytes: row.size_bytes,
    createdAt: row.created_at,
  }
}

/** Of one that is yet to be made. */
export function rowOfSnapshot(snapshot: Snapshot): SnapshotRow {
  return {
    id: snapshot.id,
    user_id: snapshot.userId,
    sandbox_id: snapshot.sandboxId,
    provider: snapshot.provider,
    name: snapshot.name,
    metadata: JSON.stringify(snapshot.metadata),
    directory: snapshot.directory,
    envs: JSON.stringify(snapshot.envs),
    template_id: snapshot.templateId,
    status: 'making',
    size_bytes: 0,
    created_at: snapshot.createdAt,
  }
}
