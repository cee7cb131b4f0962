import { expect, it } from 'vitest'
import { linkOfFragment } from './sign-in-fragment'

it('reads token and address from the fragment', () => {
  expect(linkOfFragment('#token=a_-b&email=owner%40localhost')).toEqual({
    token: 'a_-b',
    email: 'owner@localhost',
  })
})

it.each(['', '#', '#token=a', '#email=a%40b', '#token=&email=a', '#https://example.com/x'])(
  'finds no link in %j',
  (fragment) => {
    expect(linkOfFragment(fragment)).toBeNull()
  },
)
