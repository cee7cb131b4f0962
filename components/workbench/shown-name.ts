/**
 * What is not seen in a name, or moves what stands beside it: controls, line ends, and the marks that turn the direction of
 * writing, by which `exe.pdf` may be written for a file that ends in `fdp.exe`. The two joiners stay: Persian, Hindi and
 * many emoji are written with them.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** A name or path as it may be shown: nothing in it is invisible. */
export function shownName(name: string): string {
  return name.replace(UNSEEN, escaped)
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Longer ones are no endings, just names with a dot in them. */
const ENDING = /^(.+)(\.[^.\s]{1,10})$/s

/** The part of a name that may be cut where there is no room, and the ending that says what the file is. */
export function splitName(name: string): { stem: string; ending: string } {
  const [, stem = name, ending = ''] = ENDING.exec(name) ?? []
  return { stem, ending }
}
