import { randomId } from './random-id'

const TEMPORARY = /^\.sandlot-[0-9a-f]{16}$/

/** Of the file that a write fills before it takes the target's place: short, since a target's may be as long as a name can be. */
export function temporaryName(): string {
  return `.sandlot-${randomId()}`
}

/** Such files are gone in a moment; lists and watches do not show them. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name)
}
