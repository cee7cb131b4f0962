import { z } from 'zod'

/** A name that people give and read, on one line: with these it would look like another, or like several. */
const UNSEEN = /[\p{Control}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/u

/** Of at most so many characters, trimmed; empty where `min` is 0. */
export function displayText(min: number, max: number) {
  return z
    .string()
    .refine((name) => !UNSEEN.test(name), {
      error: 'must not have control characters, marks that turn text around, or half characters',
      abort: true,
    })
    .trim()
    .min(min)
    .max(max)
}

export const DisplayName = displayText(1, 64)
