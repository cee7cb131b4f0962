import { z } from 'zod'

/** 2 M characters of code are more than anybody writes, and with what JSON makes of them still fit one message inside. */
export const MAX_CODE_CHARACTERS = 2 * 1024 * 1024

/** `POST /run/code` */
export const RunCodeBody = z.looseObject({
  code: z
    .string()
    .max(MAX_CODE_CHARACTERS, `code may have ${MAX_CODE_CHARACTERS} characters; put more into a file`),
  /** python, node, bash, sh, ruby, deno, bun, or another common name of one; recognised from the code where missing. */
  language: z.string().max(64).nullish(),
})
export type RunCodeBody = z.infer<typeof RunCodeBody>

export const RanCode = z.object({
  message: z.string(),
  data: z.object({
    /** stdout and stderr in the order in which they came; the first 8 MB. */
    output: z.string(),
    exit_code: z.int(),
    /** The language as it is usually called: `python` for `python3`, `node` for `js`. */
    language: z.string(),
    truncated: z.boolean().optional(),
  }),
})
export type RanCode = z.infer<typeof RanCode>
