import { z } from 'zod'

/**
 * `.env` files: `/env?file=<path>`, relative to the sandbox's directory or, with a slash first, absolute.
 *
 * | call | request | answer |
 * |---|---|---|
 * | GET /env?file= | | EnvVariables |
 * | POST /env?file= | UpdateEnvBody | EnvKeys: those that were asked for |
 * | DELETE /env?file= | RemoveEnvBody | EnvKeys: those that there were |
 * | HEAD /env?file= | | 200 for a file, 404 |
 */
const NAME = z
  .string()
  .regex(/^[\w.-]{1,256}$/, 'a name is made of letters, digits, "_", "." and "-", 256 at most')

const VALUE = z
  .string('a value must be text; send numbers in quotes')
  .max(131_072, 'a value may have 131,072 characters, as Linux takes no longer ones')
  .regex(/^[^\0]*$/, 'a value cannot contain a NUL character')
  .refine((value) => !/\p{Surrogate}/u.test(value), 'a value must be valid Unicode')

export const UpdateEnvBody = z.looseObject({
  /** Merged into what is there. */
  variables: z.record(NAME, VALUE),
})
export type UpdateEnvBody = z.infer<typeof UpdateEnvBody>

export const RemoveEnvBody = z.looseObject({ keys: z.array(z.string().max(1024)) })
export type RemoveEnvBody = z.infer<typeof RemoveEnvBody>

const answer = { status: z.literal('success'), message: z.string() }

export const EnvVariables = z.object({
  ...answer,
  data: z.object({ file: z.string(), variables: z.record(z.string(), z.string()) }),
})
export type EnvVariables = z.infer<typeof EnvVariables>

export const EnvKeys = z.object({
  ...answer,
  data: z.object({ file: z.string(), keys: z.array(z.string()) }),
})
export type EnvKeys = z.infer<typeof EnvKeys>
