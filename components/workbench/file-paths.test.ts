import { describe, expect, it } from 'vitest'
import {
  baseName,
  directoriesAbove,
  isWithin,
  joinPath,
  movedPath,
  nameProblem,
  parentPath,
  relativePath,
} from './file-paths'

describe('paths', () => {
  it('have a name and a parent', () => {
    expect(baseName('/app/x.ts')).toBe('x.ts')
    expect(parentPath('/app/x.ts')).toBe('/app')
    expect(parentPath('/x.ts')).toBe('/')
    expect(joinPath('/', 'x')).toBe('/x')
    expect(joinPath('/app', 'x')).toBe('/app/x')
  })

  it('lie within a directory by whole segments only', () => {
    expect(isWithin('/app/x', '/app')).toBe(true)
    expect(isWithin('/application', '/app')).toBe(false)
    expect(isWithin('/anything', '/')).toBe(true)
  })

  it('are told from the root of the workspace', () => {
    expect(relativePath('/app/src/x.ts', '/app')).toBe('src/x.ts')
    expect(relativePath('/etc/hosts', '/app')).toBe('/etc/hosts')
    expect(relativePath('/etc/hosts', '/')).toBe('etc/hosts')
  })

  it('move with their directory', () => {
    expect(movedPath('/app/src/x.ts', '/app/src', '/app/lib')).toBe('/app/lib/x.ts')
    expect(movedPath('/app/srcx', '/app/src', '/app/lib')).toBe('/app/srcx')
  })

  it('need their directories open to be seen', () => {
    expect(directoriesAbove('/app/a/b/c.ts', '/app')).toEqual(['/app/a', '/app/a/b'])
    expect(directoriesAbove('/app/c.ts', '/app')).toEqual([])
    expect(directoriesAbove('/etc/hosts', '/app')).toEqual([])
  })
})

describe('a new name', () => {
  it('may hold directories, and nothing that leads elsewhere', () => {
    expect(nameProblem('src/x.ts')).toBeNull()
    for (const bad of ['', ' ', '..', 'a/../b', 'a//b', '/a', 'a\0b', 'x'.repeat(300)]) {
      expect(nameProblem(bad)).not.toBeNull()
    }
  })
})
