'use client'

import { useEffect, useRef } from 'react'
import type { Command } from './commands'
import { hasCommandKey } from './keys'

/** The workbench's own keys. In a terminal plain Ctrl+letter belongs to the shell, and only the others are taken. */
export function useShortcuts(
  commands: readonly Command[],
  openPalette: (mode: 'files' | 'commands') => void,
) {
  const latest = useRef({ commands, openPalette })
  useEffect(() => {
    latest.current = { commands, openPalette }
  })
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const id = commandIdOf(event)
      if (!id) return
      event.preventDefault()
      event.stopPropagation()
      if (id === 'palette') latest.current.openPalette('commands')
      else latest.current.commands.find((command) => command.id === id)?.run()
    }
    // Before Monaco and xterm see it: F1 and Ctrl+P are ours everywhere.
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [])
}

function commandIdOf(event: KeyboardEvent): string | null {
  if (event.key === 'F1') return 'palette'
  if (event.ctrlKey && event.code === 'Backquote') return event.shiftKey ? 'terminal.new' : 'view.terminal'
  if (event.altKey && event.code === 'KeyW' && !event.ctrlKey && !event.metaKey) return 'file.close'
  if (!hasCommandKey(event) || event.altKey) return null
  if (event.shiftKey) return SHIFTED[event.code] ?? null
  const isInTerminal = event.target instanceof Element && event.target.closest('.xterm') !== null
  return isInTerminal && !event.metaKey ? null : (PLAIN[event.code] ?? null)
}

const SHIFTED: Record<string, string> = {
  KeyP: 'palette',
  KeyF: 'view.search',
  KeyE: 'view.files',
}
const PLAIN: Record<string, string> = {
  KeyP: 'file.go',
  KeyS: 'file.save',
  KeyB: 'view.side',
  KeyJ: 'view.panel',
}
