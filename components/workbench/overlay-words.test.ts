import { describe, expect, it } from 'vitest'
import type { OverlayInfo } from '@/lib/protocol/overlays'
import { globsOf, isCopying, overlaySources, overlayState, sourceTitle } from './overlay-words'

const OVERLAY: OverlayInfo = {
  id: 'o1',
  source: '/templates/node',
  target: 'app',
  strategy: 'copy',
  created_at: '2026-06-15T12:00:00.000Z',
  stats: { copied_files: 1234, copied_dirs: 5, skipped: [] },
  copy_status: 'complete',
}

describe('templates to add', () => {
  it('are those that there are, the known ones first', () => {
    expect(overlaySources(['zeta', 'python', 'constructor', 'node']).map(({ title }) => title)).toEqual([
      'Node.js',
      'Python',
      'constructor',
      'zeta',
    ])
    expect(overlaySources([])).toEqual([])
  })

  it('are called by their names, other folders by their paths', () => {
    expect(sourceTitle('/templates/nextjs')).toBe('Next.js')
    expect(sourceTitle('/app/node')).toBe('/app/node')
    expect(sourceTitle('/templates/toString')).toBe('/templates/toString')
  })
})

describe('an overlay in words', () => {
  it('says how far it is', () => {
    expect(overlayState(OVERLAY)).toEqual({ tone: 'ok', text: 'In place · 1,234 files' })
    const copying = {
      ...OVERLAY,
      copy_status: 'in_progress',
      stats: { ...OVERLAY.stats, copied_files: 1 },
    } as const
    expect(overlayState(copying).text).toBe('Copying… 1 file so far')
    expect(isCopying(copying)).toBe(true)
    expect(isCopying(OVERLAY)).toBe(false)
  })

  it('says why it failed, or what to do', () => {
    const failed = { ...OVERLAY, copy_status: 'failed' } as const
    expect(overlayState({ ...failed, copy_error: 'The disk is full.' }).text).toBe(
      'Failed. The disk is full.',
    )
    expect(overlayState(failed)).toMatchObject({ tone: 'bad', text: expect.stringContaining('again') })
  })

  it.each([
    ['', []],
    [' , \n', []],
    ['*.md, docs/** ,\nREADME', ['*.md', 'docs/**', 'README']],
  ])('takes %j as what to leave out', (typed, globs) => {
    expect(globsOf(typed)).toEqual(globs)
  })
})
