import * as z from 'zod/mini'

/**
 * Overlays: copies of a directory of the sandbox, such as a template, into another one that may have files already.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /overlays | OverlayBody | 201 Overlay: all but package directories is in place, unless that takes over 20 s |
 * | GET /overlays | | Overlays, oldest first |
 * | GET /overlays/{id} | | Overlay; not_found |
 * | DELETE /overlays/{id} | | 204: a running copy is ended, the record forgotten, every file kept; not_found |
 *
 * Package directories (`node_modules`, `.venv` and their like) are copied after the answer with `copy`; with `smart` they
 * become links to those of the source. Everything named `.git` and what `ignore` names is left out. Records outlive a stop
 * of the sandbox, and a copy that it cut short is taken up again at the next start.
 */

/** Overlays of one sandbox, those that are done included. */
export const MAX_OVERLAYS = 64
/** Files and directories in one overlay. */
export const MAX_OVERLAY_ENTRIES = 500_000
/** What `skipped` holds at most; the last one then says how many more there are. */
export const MAX_SKIPPED = 1_000

const count = z.int().check(z.nonnegative())

export const OverlayBody = z.object({
  /** Absolute, a directory. */
  source: z.string(),
  /** Relative to the configured directory; made when missing. */
  target: z.string(),
  /** As in GET /files/tree. */
  ignore: z.optional(z.array(z.string())),
  /** `smart` unless told. */
  strategy: z.optional(z.enum(['copy', 'smart'])),
})

export const Overlay = z.object({
  id: z.string(),
  /** As they came. */
  source: z.string(),
  target: z.string(),
  strategy: z.enum(['copy', 'smart']),
  createdAtMs: z.number(),
  copiedFiles: count,
  copiedDirectories: count,
  /** Relative to the source; of a directory that is left out only itself. */
  skipped: z.array(z.string()),
  /** `pending`: waits until another copy is done. */
  status: z.enum(['pending', 'in_progress', 'complete', 'failed']),
  /** Why it failed, as a sentence. */
  error: z.nullable(z.string()),
})
export const Overlays = z.object({ overlays: z.array(Overlay) })

export type OverlayBody = z.infer<typeof OverlayBody>
export type Overlay = z.infer<typeof Overlay>
export type Overlays = z.infer<typeof Overlays>
