import type { z } from 'zod'

/** Small things that a person set, kept in the browser. Where it keeps nothing, they are as at first. */
export function readSaved<T>(key: string, schema: z.ZodType<T>): T | null {
  try {
    const text = localStorage.getItem(key)
    return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null)
  } catch {
    return null
  }
}

export function writeSaved(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Private windows and full storage: nothing depends on it.
  }
}
