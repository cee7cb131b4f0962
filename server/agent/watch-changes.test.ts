import { describe, expect, it } from 'vitest'
import { type Kind, WatchChanges } from './watch-changes'

const kindIn = (now: Record<string, Kind>) => (path: string) => now[path]

describe('WatchChanges', () => {
  it('tells by what was and what is, not by the steps between', () => {
    const changes = new WatchChanges()
    changes.touch('/new', undefined)
    changes.touch('/new', 'file')
    changes.touch('/saved', 'file')
    changes.touch('/saved', undefined)
    changes.touch('/temporary', undefined)
    changes.touch('/gone', 'file')
    changes.touch('/dir', undefined)
    changes.touch('/olddir', 'directory')
    changes.touch('/became-dir', 'file')
    changes.touch('/same-dir', 'directory')
    const now = {
      '/new': 'file',
      '/saved': 'file',
      '/dir': 'directory',
      '/became-dir': 'directory',
      '/same-dir': 'directory',
    } as const
    expect(changes.take(kindIn(now))).toEqual([
      { event: 'add', path: '/new' },
      { event: 'change', path: '/saved' },
      { event: 'unlink', path: '/gone' },
      { event: 'addDir', path: '/dir' },
      { event: 'unlinkDir', path: '/olddir' },
      { event: 'unlink', path: '/became-dir' },
      { event: 'addDir', path: '/became-dir' },
    ])
    expect([changes.size, changes.take(kindIn(now))]).toEqual([0, []])
  })
})
