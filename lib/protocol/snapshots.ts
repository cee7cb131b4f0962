import { z } from 'zod'
import { displayText } from './display-name'

/**
 * Snapshots: the files of a sandbox as they were once. They outlive it, and count against the disk of their owner.
 * POST /v1/sandboxes with `snapshotId` makes a sandbox that begins with one. What runs is paused while it is made, except
 * for what the workbench or the API does meanwhile; sockets and extended attributes are left out, times are to the second.
 * Making one goes on when the client leaves, and ends when the sandbox is deleted.
 *
 * For an API key, in the envelope of `lib/protocol/sandboxes.ts`:
 *
 * | call | request | data |
 * |---|---|---|
 * | POST /v1/snapshots | CreateSnapshotBody | SnapshotSummary |
 * | GET /v1/snapshots | | SnapshotSummary[]: the owner's, newest first |
 * | DELETE /v1/snapshots/{id} | | |
 *
 * At a sandbox's own address, role own, for the snapshots made of this sandbox alone:
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /sandbox/snapshots | SandboxSnapshotBody | SandboxSnapshot |
 * | GET /sandbox/snapshots | | SandboxSnapshots, newest first |
 * | DELETE /sandbox/snapshots/{id} | | 204 |
 * | POST /sandbox/restore | RestoreBody | SandboxInfo; all files of the sandbox become the snapshot's |
 *
 * What takes longer than 20 seconds has its status before its end; what fails then is `success: false` in the first table,
 * and a sentence that is no JSON in the second.
 */
const Name = displayText(0, 128)
const Metadata = z.record(z.string(), z.unknown())

export const CreateSnapshotBody = z.looseObject({
  sandboxId: z.string().min(1).max(128),
  name: Name.nullish(),
  metadata: Metadata.nullish(),
})
export type CreateSnapshotBody = z.infer<typeof CreateSnapshotBody>

export const SnapshotSummary = z.object({
  id: z.string(),
  /** Whose files these are; it may be gone. */
  sandboxId: z.string(),
  provider: z.string(),
  name: z.string().nullable(),
  metadata: Metadata,
  /** What it takes of its owner's disk. */
  sizeBytes: z.number(),
  createdAt: z.string(),
})
export type SnapshotSummary = z.infer<typeof SnapshotSummary>

export const SandboxSnapshotBody = z.object({ name: Name.nullish() })

export const SandboxSnapshot = z.object({
  id: z.string(),
  name: z.string().nullable(),
  size_bytes: z.number(),
  created_at: z.string(),
})
export type SandboxSnapshot = z.infer<typeof SandboxSnapshot>

export const SandboxSnapshots = z.object({ snapshots: z.array(SandboxSnapshot) })
export type SandboxSnapshots = z.infer<typeof SandboxSnapshots>

export const RestoreBody = z.object({ snapshotId: z.string().min(1).max(128) })
