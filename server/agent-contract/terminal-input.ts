import * as z from 'zod/mini'

/**
 * Keys and sizes from whoever may type without being the one viewer that is a terminal's writer.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /terminals/{id}/input | the bytes; at most MAX_INPUT_BYTES | 204; 409 when its program has ended, 429 when it reads nothing |
 * | POST /terminals/{id}/resize | ResizeBody | 204; sizes outside 1…1000 × 1…1000 are moved to the nearest |
 */
export const MAX_INPUT_BYTES = 4 * 1024 * 1024

export const ResizeBody = z.object({ cols: z.number(), rows: z.number() })
