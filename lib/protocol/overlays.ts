import { z } from 'zod'

/**
 * Overlays (`/filesystem/overlays`), in the shape of ComputeSDK's daemon: flat bodies, no envelope.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /filesystem/overlays | CreateOverlayBody | 201 OverlayInfo: all but package directories is in place |
 * | GET /filesystem/overlays | | OverlayList |
 * | GET /filesystem/overlays/{id} | | OverlayInfo |
 * | DELETE /filesystem/overlays/{id} | | 204: a running copy ends, every file stays |
 */
const MAX_PATH_LENGTH = 4096
const MAX_GLOBS = 100
const MAX_GLOB_LENGTH = 1000

export const OVERLAY_STRATEGIES = ['copy', 'smart'] as const

/** Unknown fields are let pass: the client sends its own `waitForCompletion` along. */
export const CreateOverlayBody = z.looseObject({
  source: z
    .string()
    .min(1)
    .max(MAX_PATH_LENGTH)
    .describe('Absolute path of a directory in the sandbox, such as /templates/node.'),
  target: z
    .string()
    .min(1)
    .max(MAX_PATH_LENGTH)
    .describe("Where to, relative to the sandbox's directory. Files that are there already stay."),
  ignore: z
    .array(z.string().max(MAX_GLOB_LENGTH))
    .max(MAX_GLOBS)
    .optional()
    .describe('Names or globs to leave out; .git always is.'),
  strategy: z
    .enum(OVERLAY_STRATEGIES)
    .optional()
    .describe(
      'smart, the default, links package directories such as node_modules to those of the source; copy copies them in the background.',
    ),
})
export type CreateOverlayBody = z.infer<typeof CreateOverlayBody>

export const OverlayInfo = z.object({
  id: z.string(),
  source: z.string(),
  target: z.string(),
  strategy: z.enum(OVERLAY_STRATEGIES),
  created_at: z.string(),
  stats: z.object({
    copied_files: z.int(),
    copied_dirs: z.int(),
    skipped: z.array(z.string()).describe('What was left out, relative to the source.'),
  }),
  copy_status: z.enum(['pending', 'in_progress', 'complete', 'failed']),
  copy_error: z.string().optional(),
})
export type OverlayInfo = z.infer<typeof OverlayInfo>

export const OverlayList = z.object({ overlays: z.array(OverlayInfo) })
export type OverlayList = z.infer<typeof OverlayList>
