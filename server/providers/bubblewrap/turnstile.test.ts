import { expect, it } from 'vitest'
import { Turnstile } from './turnstile'

it('lets so many in at once, the rest in order, and goes on after a failure', async () => {
  const turnstile = new Turnstile(2)
  const entered: number[] = []
  let inside = 0
  let most = 0
  const work = (number: number) => async () => {
    entered.push(number)
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside -= 1
    if (number === 1) throw new Error('one fails')
  }
  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((number) => turnstile.run(work(number))))
  expect(entered).toEqual([0, 1, 2, 3, 4, 5])
  expect(most).toBe(2)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
})
