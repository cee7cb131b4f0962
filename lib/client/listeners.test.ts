import { expect, it, vi } from 'vitest'
import { Listeners } from './listeners'

type Events = { text: [string]; end: [] }

it('calls every handler, whatever another throws, until it is let go', () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const listeners = new Listeners<Events>()
  const seen: string[] = []
  const handler = (text: string) => seen.push(text)
  listeners.on('text', () => {
    throw new Error('of the user')
  })
  listeners.on('text', handler)
  listeners.emit('text', 'a')
  listeners.off('text', handler)
  listeners.off('text', () => undefined)
  listeners.emit('text', 'b')
  expect(seen).toEqual(['a'])
  expect(complaint).toHaveBeenCalledTimes(2)
  complaint.mockRestore()
})

it('holds the last events for the first handler, and no longer', () => {
  const listeners = new Listeners<Events>(['text'], 2)
  const [first, second]: string[][] = [[], []]
  for (const text of ['a', 'b', 'c']) listeners.emit('text', text)
  listeners.emit('end')
  listeners.on('text', (text) => first?.push(text))
  listeners.on('text', (text) => second?.push(text))
  listeners.on('end', () => first?.push('end'))
  listeners.emit('text', 'd')
  expect([first, second]).toEqual([['b', 'c', 'd'], ['d']])
})
