import { describe, expect, it } from 'vitest'
import { DisplayName } from './display-name'

const accepts = (name: string) => DisplayName.safeParse(name).success

describe('a name for people', () => {
  it.each(['my sandbox', 'été', '日本語', 'שלום', '👩‍💻 dev', '𝔘', 'a'.repeat(64)])('%s is one', (name) =>
    expect(accepts(name)).toBe(true),
  )

  it.each([
    '',
    '  ',
    'a'.repeat(65),
    'a\nb',
    'a\n',
    '\tb',
    '\u202ea',
    'a\u2067',
    '\u061c',
    '\ud800',
    'a\udc00b',
    '\x7f',
  ])('%j is none', (name) => expect(accepts(name)).toBe(false))

  it('has no spaces around it', () => expect(DisplayName.parse(' a b ')).toBe('a b'))
})
