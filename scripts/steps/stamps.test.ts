import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from './paths.mjs'
import { hashInputs } from './stamps.mjs'

let folder: string
let input: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandlot-stamps-'))
  input = relative(root, folder)
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, content: string) {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), content)
}

it('changes with content, names and depth, and with nothing else', () => {
  write('a.ts', '1')
  const first = hashInputs([input])
  write('a.ts', '1')
  expect(hashInputs([input])).toBe(first)
  write('a.ts', '2')
  const second = hashInputs([input])
  expect(second).not.toBe(first)
  write('deep/er/b.ts', '')
  expect(hashInputs([input])).not.toBe(second)
})

it('passes over tests and installed packages', () => {
  write('a.ts', '1')
  const before = hashInputs([input])
  write('a.test.ts', 'x')
  write('node_modules/x/index.js', 'x')
  expect(hashInputs([input])).toBe(before)
})

it('takes a missing input as a state of its own', () => {
  const missing = hashInputs([join(input, 'gone.ts')])
  write('gone.ts', '')
  expect(hashInputs([join(input, 'gone.ts')])).not.toBe(missing)
})
