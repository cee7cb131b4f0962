import { expect, it } from 'vitest'
import { terminalNames } from './terminals'

function terminal(id: string, title?: string) {
  return { id, pty: true, status: 'running' as const, ...(title ? { title } : {}) }
}

it('names terminals for their program and numbers those of the same name', () => {
  const names = terminalNames([terminal('a', '/bin/bash'), terminal('b', '-bash'), terminal('c')], {})
  expect([...names.values()]).toEqual(['bash', 'bash 2', 'shell'])
})

it('prefers the name that was given', () => {
  const names = terminalNames([terminal('a', 'bash')], { a: 'dev server' })
  expect(names.get('a')).toBe('dev server')
})
