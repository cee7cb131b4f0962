import { describe, expect, it } from 'vitest'
import { TerminalModes } from './terminal-modes'

function modesAfter(...chunks: string[]): TerminalModes {
  const modes = new TerminalModes()
  for (const chunk of chunks) modes.feed(Buffer.from(chunk))
  return modes
}

describe('TerminalModes', () => {
  it('has nothing to restore at first, nor after plain output', () => {
    expect(modesAfter().restore()).toBe('')
    expect(modesAfter('text \x1b[31mred\x1b[0m \x1b[2J\x1b[H\x1b]0;title [?25l\x07\r\n').restore()).toBe('')
  })

  it('restores what vim sets, and nothing after it has gone', () => {
    const start =
      '\x1b[?1049h\x1b[22;0;0t\x1b[>4;2m\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[1;24r\x1b[?12h\x1b[?12l\x1b[?25l'
    const modes = modesAfter(start)
    expect(modes.isAlternateScreen).toBe(true)
    expect(modes.restore()).toBe('\x1b[?1049h\x1b[1;24r\x1b[?1h\x1b[?2004h\x1b[?1004h\x1b[?25l\x1b=')
    const end = modesAfter(start, '\x1b[?1l\x1b>\x1b[?2004l\x1b[?1004l\x1b[?25h\x1b[r\x1b[?1049l')
    expect([end.restore(), end.isAlternateScreen]).toEqual(['', false])
  })

  it('reads sequences however they are cut', () => {
    const sequence = '\x1b[?1049;2004h\x1b(0\x0e\x1b[4 q'
    for (let cut = 1; cut < sequence.length; cut++) {
      expect(modesAfter(sequence.slice(0, cut), sequence.slice(cut)).restore()).toBe(
        modesAfter(sequence).restore(),
      )
    }
    expect(modesAfter(sequence).restore()).toBe('\x1b[?1049h\x1b[?2004h\x1b[4 q\x1b(0\x0e')
  })

  it('restores itself: what it says brings a second one into the same state', () => {
    const modes = modesAfter(
      '\x1b[?47h\x1b[?6h\x1b[?7l\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[4h\x1b[20h\x1b)0\x1b[2 q\x1b[3;9r',
    )
    expect(modesAfter(modes.restore()).restore()).toBe(modes.restore())
    expect(modes.restore()).toContain('\x1b[?1003h')
    expect(modes.restore()).not.toContain('\x1b[?1002h')
  })

  it('leaves out synchronized output, in which a new viewer would see nothing', () => {
    expect(modesAfter('\x1b[?2026h').restore()).toBe('')
  })

  it('takes nothing for a mode that stands inside of a string', () => {
    expect(modesAfter('\x1bPq[?1049h\x1b\\', '\x1b]52;c;\x1b\\', '\x1b_[?25l\x1b\\').restore()).toBe('')
    expect(modesAfter('\x1b]0;unfinished\x18\x1b[?25l').restore()).toBe('\x1b[?25l')
  })

  it('forgets all on a full reset, and part on a soft one', () => {
    const start = '\x1b[?1049h\x1b[?1h\x1b[?1000h\x1b[?2004h\x1b=\x1b[5 q\x1b(0'
    expect(modesAfter(start, '\x1bc').restore()).toBe('')
    expect(modesAfter(start, '\x1b[!p').restore()).toBe('\x1b[?1049h\x1b[?2004h\x1b[?1000h')
  })

  it('survives any bytes', () => {
    const modes = new TerminalModes()
    let seed = 1
    const noise = Uint8Array.from({ length: 200_000 }, () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return (seed >> 16) & 0xff
    })
    modes.feed(noise)
    modes.feed(Buffer.from(`\x1b[${'9'.repeat(10_000)}h\x1b[?${';'.repeat(5_000)}l\x1bc`))
    expect(modes.restore()).toBe('')
  })

  it('is copied whole', () => {
    const modes = modesAfter('\x1b[?1049h\x1b[?20')
    const copy = modes.clone()
    copy.feed(Buffer.from('04h'))
    expect(copy.restore()).toBe('\x1b[?1049h\x1b[?2004h')
    expect(modes.restore()).toBe('\x1b[?1049h')
  })
})
