import { SandboxError } from '@/lib/errors'
import { checkPath } from './paths'

/**
 * The query of a request, decoded strictly: `URLSearchParams` would turn bytes that are not UTF-8 into other names
 * without a word, and the call would act on another file than the one that was meant.
 */
export class Query {
  readonly #values = new Map<string, string[]>()

  constructor(url: string) {
    const mark = url.indexOf('?')
    if (mark < 0) return
    for (const pair of url.slice(mark + 1).split('&')) {
      if (pair === '') continue
      const equals = pair.indexOf('=')
      const name = decode(equals < 0 ? pair : pair.slice(0, equals))
      const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
      const values = this.#values.get(name)
      if (values) values.push(value)
      else this.#values.set(name, [value])
    }
  }

  all(name: string): string[] {
    return this.#values.get(name) ?? []
  }

  optional(name: string): string | undefined {
    return this.#values.get(name)?.[0]
  }

  required(name: string): string {
    const value = this.optional(name)
    if (value === undefined) throw new SandboxError('bad_request', `The query lacks “${name}”.`)
    return value
  }

  path(name = 'path'): string {
    return checkPath(this.required(name))
  }

  flag(name: string): boolean {
    const value = this.optional(name)
    return value === 'true' || value === '1' || value === ''
  }

  /** A whole number from 0 to `max`. */
  count(name: string, fallback: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.optional(name)
    if (value === undefined) return fallback
    if (!/^\d{1,16}$/.test(value) || Number(value) > max) {
      throw new SandboxError('bad_request', `“${name}” must be a whole number from 0 to ${max}.`)
    }
    return Number(value)
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.optional(name) ?? fallback
    const choice = choices.find((each) => each === value)
    if (choice === undefined) {
      throw new SandboxError('bad_request', `“${name}” must be one of ${choices.join(', ')}.`)
    }
    return choice
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new SandboxError('invalid_path', 'The query is not percent-encoded UTF-8.', { cause })
  }
}
