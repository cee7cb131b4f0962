import { randomInt } from 'node:crypto'

const ADJECTIVES =
  'amber brave brisk calm clear clever copper coral crisp early fair fast fine fresh gentle golden happy keen kind light lively lucky merry mild neat noble olive plain polite proud quick quiet rapid royal sandy sharp shiny silent silver smart snowy solar solid spring steady sunny swift tidy warm wise'.split(
    ' ',
  )
const NOUNS =
  'badger beach birch bridge brook canyon castle cedar cliff cloud comet coral crane creek dolphin dune eagle ember falcon fern field finch forest fox garden glacier harbor heron hill island lagoon lake lantern maple meadow mesa moon orchard otter owl pebble pine planet pond quarry reef river robin sparrow spruce summit valley willow'.split(
    ' ',
  )

/** Two words that a person can say; not unique, the id is. */
export function friendlyName(): string {
  return `${pick(ADJECTIVES)}-${pick(NOUNS)}`
}

function pick(words: string[]): string {
  return words[randomInt(words.length)] ?? ''
}
