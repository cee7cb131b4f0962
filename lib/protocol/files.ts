import { z } from 'zod'
import { FileInfo } from './workbench'

/** Of one batch. */
export const MAX_BATCH_FILES = 50_000

/** ComputeSDK's files, 4.4: text inside JSON. Relative paths begin at the sandbox's directory. */
export const FileWriteBody = z.looseObject({ path: z.string().min(1), content: z.string().optional() })

export const FileList = z.object({ files: z.array(FileInfo), path: z.string() })
export const WrittenFile = z.object({ file: FileInfo })
/** `content` where the query asked for it. */
export const ReadFile = z.object({ file: FileInfo, content: z.string().optional() })

export const BatchBody = z.looseObject({
  files: z
    .array(
      z.looseObject({
        path: z.string(),
        operation: z.enum(['write', 'delete']),
        content: z.string().optional(),
      }),
    )
    .max(MAX_BATCH_FILES),
})
export type BatchBody = z.infer<typeof BatchBody>

/** One per path, ascending by path. */
export const BatchResult = z.object({
  path: z.string(),
  success: z.boolean(),
  error: z.string().optional(),
  file: FileInfo.optional(),
})
export type BatchResult = z.infer<typeof BatchResult>
export const BatchResults = z.object({ results: z.array(BatchResult) })
