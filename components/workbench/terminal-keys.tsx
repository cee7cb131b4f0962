'use client'

import { useState } from 'react'
import { cn } from '@/components/ui/class-names'
import type { TerminalHandle } from './terminal-view'

const KEYS = [
  { label: 'Esc', send: '\x1b' },
  { label: 'Tab', send: '\t' },
  { label: '←', name: 'Left', send: '\x1b[D' },
  { label: '↓', name: 'Down', send: '\x1b[B' },
  { label: '↑', name: 'Up', send: '\x1b[A' },
  { label: '→', name: 'Right', send: '\x1b[C' },
  { label: '|', send: '|' },
  { label: '~', send: '~' },
  { label: '/', send: '/' },
]

/** The keys that a phone's keyboard lacks. */
export function TerminalKeys({ terminal }: { terminal: { current: TerminalHandle | null } }) {
  const [isCtrl, setIsCtrl] = useState(false)
  return (
    <div
      role="toolbar"
      aria-label="Terminal keys"
      className="flex h-11 shrink-0 items-stretch overflow-x-auto border-t bg-surface"
    >
      <button
        type="button"
        aria-pressed={isCtrl}
        className={cn(KEY, isCtrl && 'bg-selected text-accent')}
        onPointerDown={(event) => event.preventDefault()}
        onClick={() => {
          terminal.current?.holdCtrl()
          setIsCtrl(true)
          // The next key uses it up; the mark goes with it.
          window.addEventListener('keyup', () => setIsCtrl(false), { once: true })
        }}
      >
        Ctrl
      </button>
      {KEYS.map(({ label, name, send }) => (
        <button
          key={label}
          type="button"
          aria-label={name ?? label}
          className={KEY}
          // The terminal keeps the focus, and the phone its keyboard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => terminal.current?.send(send)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

const KEY = 'min-w-11 flex-1 px-2 font-code text-13 text-ink-2 active:bg-pressed'
