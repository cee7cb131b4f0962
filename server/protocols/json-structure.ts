import { SandboxError } from '@/lib/errors'

/** More than data has that people write. What walks over parsed JSON is recursive, and ends in a full stack. */
const MAX_DEPTH = 64

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/**
 * Refuses JSON that would become too many values, or too deep ones, before anything is made of it: two bytes of `{}` are an
 * object of thirty times their size. Reads no more than the signs around strings, so text that is no JSON may pass.
 */
export class JsonStructure {
  readonly #maxValues: number
  #values = 1
  #depth = 0
  #isInString = false
  #isEscaped = false

  constructor(maxValues: number) {
    this.#maxValues = maxValues
  }

  /** The next piece, which may begin and end anywhere: UTF-8 has bytes of ASCII for ASCII only. */
  take(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) at = this.#isInString ? this.#skipString(bytes, at) : this.#count(bytes, at)
  }

  /** Gives back where the string has ended. */
  #skipString(bytes: Uint8Array, from: number): number {
    let at = from
    if (this.#isEscaped) {
      this.#isEscaped = false
      at++
    }
    for (; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) {
        this.#isInString = false
        return at + 1
      }
    }
    this.#isEscaped = at > bytes.length
    return at
  }

  /** Gives back where the next string has begun. */
  #count(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      switch (bytes[at]) {
        case QUOTE:
          this.#isInString = true
          return at + 1
        case COMMA:
          this.#addValue()
          break
        case OPENING_BRACKET:
        case OPENING_BRACE:
          this.#addValue()
          if (++this.#depth > MAX_DEPTH) throw tooDeep()
          break
        case CLOSING_BRACKET:
        case CLOSING_BRACE:
          this.#depth--
      }
    }
    return bytes.length
  }

  #addValue(): void {
    if (++this.#values > this.#maxValues) throw tooMany(this.#maxValues)
  }
}

function tooDeep(): SandboxError {
  return new SandboxError(
    'bad_request',
    `The body has arrays and objects in one another, more than ${MAX_DEPTH} deep. Send them flatter, or as text.`,
  )
}

function tooMany(maxValues: number): SandboxError {
  return new SandboxError(
    'too_large',
    `The body may have ${maxValues} values, with arrays and objects among them. Send it in several parts.`,
  )
}
