import { expect, it } from 'vitest'
import type { TreeEntry } from './listing'
import { type DirectoryState, pathBeside, treeRows } from './tree-rows'

function entry(path: string, isDirectory = false): TreeEntry {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, isDirectory, isLink: false }
}

const directories = new Map<string, DirectoryState>([
  [
    '/app',
    { status: 'ready', entries: [entry('/app/src', true), entry('/app/lib', true), entry('/app/a.ts')] },
  ],
  ['/app/src', { status: 'ready', entries: [entry('/app/src/b.ts')] }],
])

function show(openDirectories: string[], draft: { directory: string; isDirectory: boolean } | null = null) {
  return treeRows({ root: '/app', openDirectories: new Set(openDirectories), directories, draft }).map(
    (row) => {
      const text = row.kind === 'entry' ? row.entry.name : row.kind === 'note' ? `(${row.text})` : '[new]'
      return '  '.repeat(row.depth) + text
    },
  )
}

it('shows what lies in open directories below them', () => {
  expect(show([])).toEqual(['src', 'lib', 'a.ts'])
  expect(show(['/app/src'])).toEqual(['src', '  b.ts', 'lib', 'a.ts'])
})

it('says that a directory is on its way', () => {
  expect(show(['/app/lib'])).toEqual(['src', 'lib', '  (Loading…)', 'a.ts'])
})

it('shows the field for a new name first in its directory', () => {
  const draft = { directory: '/app/src', isDirectory: false }
  expect(show(['/app/src'], draft)).toEqual(['src', '  [new]', '  b.ts', 'lib', 'a.ts'])
})

it('does not show what is open below something closed', () => {
  expect(show(['/app/src/deep'])).toEqual(['src', 'lib', 'a.ts'])
})

it('finds what stands beside an entry that goes away with all in it', () => {
  const rows = treeRows({ root: '/app', openDirectories: new Set(['/app/src']), directories, draft: null })
  expect(pathBeside(rows, '/app/src')).toBe('/app/lib')
  expect(pathBeside(rows, '/app/src/b.ts')).toBe('/app/src')
  expect(pathBeside(rows, '/app/a.ts')).toBe('/app/lib')
  expect(pathBeside([], '/app/a.ts')).toBeNull()
})
