import { randomBytes } from 'node:crypto'

/** 75 bits after the first letter: nobody guesses one, and it fits a DNS label with `-65535` behind. */
const LENGTH = 16
/** 32 letters, so that five random bits are one; without those that are mistaken for one another when read aloud. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz023456789'
const SECRET_BYTES = 32

/** DNS-safe, lower case. Begins with a letter, since some programs take a label of digits for a number. */
export function newSandboxId(): string {
  return `s${randomLetters(LENGTH - 1)}`
}

export function newSnapshotId(): string {
  return `snap-${randomLetters(LENGTH)}`
}

/** What the control plane says to one agent, and nobody else can. */
export function newAgentSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function randomLetters(count: number): string {
  return [...randomBytes(count)].map((byte) => ALPHABET[byte & 31]).join('')
}
