import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Leave to look at one port of one sandbox. Signed and not stored, so that previews stay open across a restart. */
const Pass = z.object({
  sandboxId: z.string(),
  port: z.number().int(),
  /** Which page may show it in a frame: the workbench that asked for it. */
  frameOrigin: z.string(),
  /** A cookie of the preview's own host, or part of the path where previews have none. */
  form: z.enum(['host', 'path']),
  /** Milliseconds since 1970. */
  expiresAtMs: z.number(),
})
export type Pass = z.infer<typeof Pass>

/** A working day: the workbench asks for another one whenever it opens a preview. */
export const PASS_SECONDS = 12 * 3600
const MAX_LENGTH = 1024

export class Passes {
  readonly #key: Buffer

  /** The key may sign other things too: these signatures are of a key that is derived from it. */
  constructor(key: Buffer) {
    this.#key = createHmac('sha256', key).update('sandlot preview pass 1').digest()
  }

  sign(pass: Omit<Pass, 'expiresAtMs'>): string {
    const full: Pass = { ...pass, expiresAtMs: Date.now() + PASS_SECONDS * 1000 }
    const body = Buffer.from(JSON.stringify(full)).toString('base64url')
    return `${body}.${this.#signature(body).toString('base64url')}`
  }

  /** Null for what is not a pass in force for this port of this sandbox. */
  verify(token: string, sandboxId: string, port: number, form: Pass['form']): Pass | null {
    if (token.length > MAX_LENGTH) return null
    const [body = '', signed = '', ...rest] = token.split('.')
    const given = Buffer.from(signed, 'base64url')
    const expected = this.#signature(body)
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null
    const pass = Pass.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
    const isForIt = pass.sandboxId === sandboxId && pass.port === port && pass.form === form
    return isForIt && pass.expiresAtMs > Date.now() ? pass : null
  }

  #signature(body: string): Buffer {
    return createHmac('sha256', this.#key).update(body).digest()
  }
}
