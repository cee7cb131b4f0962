'use client'

import {
  ArrowDown,
  ArrowUp,
  ClipboardCopy,
  ClipboardPaste,
  Eraser,
  Search,
  TextSelect,
  X,
} from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import {
  ContextMenu,
  ContextMenuContent,
  ContextMenuItem,
  ContextMenuTrigger,
} from '@/components/ui/context-menu'
import { IconButton } from '@/components/ui/icon-button'
import { Input } from '@/components/ui/input'
import { toast } from '@/components/ui/toast'
import { type TerminalHandlers, TerminalSession, type TerminalState } from '@/lib/client/terminal-session'
import type { TerminalRole } from '@/lib/protocol/terminal-stream'
import { keys } from './keys'
import { loadTerminalView } from './large-parts'
import { localPortOf } from './sandbox-address'
import { TerminalKeys } from './terminal-keys'
import type { TerminalHandle } from './terminal-view'
import { useIsDark, useWorkbench } from './workbench-context'

const TerminalView = lazy(async () => ({ default: (await loadTerminalView()).TerminalView }))

export type TerminalPaneProps = {
  id: string
  name: string
  isVisible: boolean
  hasKeyRow: boolean
  /** A new token asks for the focus. */
  focusToken: number
  onClose: () => void
}

/** One terminal: its screen, what can be done with it, and how its stream is. */
export function TerminalPane({ id, name, isVisible, hasKeyRow, focusToken, onClose }: TerminalPaneProps) {
  const { core, canEdit } = useWorkbench()
  const isDark = useIsDark()
  const terminal = useRef<TerminalHandle>(null)
  const [state, setState] = useState<{ state: TerminalState; exitCode: number | null }>(CONNECTING)
  const [role, setRole] = useState<TerminalRole>('writer')
  const [isFinding, setIsFinding] = useState(false)

  useEffect(() => {
    if (isVisible && focusToken > 0) terminal.current?.focus()
  }, [isVisible, focusToken])

  function connect(handlers: TerminalHandlers): TerminalSession {
    return new TerminalSession({
      url: (offset) => core.client.terminalStreamUrl(id, offset),
      handlers,
      isGone: async () => !(await core.client.terminals()).some((each) => each.id === id),
    })
  }

  function openLink(url: string) {
    const local = localPortOf(url)
    if (local) core.openPreview(local.port, local.path)
    else if (/^https?:/i.test(url)) window.open(url, '_blank', 'noopener,noreferrer')
  }

  return (
    <div hidden={!isVisible} className="flex h-full min-h-0 flex-col bg-(--term-bg)">
      {isFinding && <FindBar terminal={terminal} onClose={() => setIsFinding(false)} />}
      <StreamBar {...state} role={role} canEdit={canEdit} terminal={terminal} onClose={onClose} />
      <ContextMenu>
        <ContextMenuTrigger asChild>
          <div className="min-h-0 flex-1">
            <Suspense
              fallback={<p className="px-4 py-2 font-code text-13 text-ink-3">Loading the terminal…</p>}
            >
              <TerminalView
                ref={terminal}
                label={`Terminal ${name}`}
                isVisible={isVisible}
                isDark={isDark}
                connect={connect}
                onState={(next, exitCode) => {
                  setState({ state: next, exitCode })
                  if (next === 'live') core.settle('terminal')
                }}
                onRole={setRole}
                onInputDropped={sayInputDropped}
                onLink={openLink}
                onCopied={(isCopied) =>
                  !isCopied &&
                  toast.message('Nothing is selected, or this browser does not let the page copy.')
                }
              />
            </Suspense>
          </div>
        </ContextMenuTrigger>
        <TerminalMenu terminal={terminal} canEdit={canEdit} onFind={() => setIsFinding(true)} />
      </ContextMenu>
      {hasKeyRow && <TerminalKeys terminal={terminal} />}
    </div>
  )
}

const CONNECTING = { state: 'connecting' as const, exitCode: null }

type WithTerminal = { terminal: { current: TerminalHandle | null } }

function sayInputDropped() {
  toast.warning('What you typed while the terminal was disconnected was not sent.', { id: 'input-dropped' })
}

type StreamBarProps = WithTerminal & {
  state: TerminalState
  exitCode: number | null
  role: TerminalRole
  canEdit: boolean
  onClose: () => void
}

/** Says what is not as usual: no connection, an end, somebody else at the keys. */
function StreamBar({ state, exitCode, role, canEdit, terminal, onClose }: StreamBarProps) {
  if (state === 'ended') {
    return (
      <Bar
        text={exitCode === null ? 'This terminal has ended.' : `The shell ended with exit code ${exitCode}.`}
      >
        <Button size="small" className="h-6" onClick={onClose}>
          Close terminal
        </Button>
      </Bar>
    )
  }
  if (state === 'reconnecting')
    return <Bar text="Connection lost. Reconnecting; nothing in the terminal is lost." />
  if (state === 'connecting' || role === 'writer') return null
  return (
    <Bar text="Somebody else types here; you are watching.">
      {canEdit && (
        <Button size="small" className="h-6" onClick={() => terminal.current?.takeControl()}>
          Take control
        </Button>
      )}
    </Bar>
  )
}

function Bar({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <div
      role="status"
      className="flex min-h-8 shrink-0 items-center gap-3 border-b bg-sunken px-4 text-12 text-ink-2"
    >
      <span>{text}</span>
      {children}
    </div>
  )
}

function TerminalMenu({
  terminal,
  canEdit,
  onFind,
}: WithTerminal & { canEdit: boolean; onFind: () => void }) {
  const canRead = typeof navigator.clipboard?.readText === 'function'
  async function paste() {
    try {
      terminal.current?.paste(await navigator.clipboard.readText())
    } catch {
      toast.message(`This browser does not let the page read the clipboard. Press ${keys.pasteTerminal}.`)
    }
    terminal.current?.focus()
  }
  return (
    <ContextMenuContent onCloseAutoFocus={(event) => event.preventDefault()}>
      <ContextMenuItem shortcut={keys.copyTerminal} onSelect={() => void terminal.current?.copy()}>
        <ClipboardCopy /> Copy
      </ContextMenuItem>
      {canEdit && (
        <ContextMenuItem shortcut={keys.pasteTerminal} disabled={!canRead} onSelect={() => void paste()}>
          <ClipboardPaste /> Paste
        </ContextMenuItem>
      )}
      <ContextMenuItem onSelect={() => terminal.current?.selectAll()}>
        <TextSelect /> Select all
      </ContextMenuItem>
      <ContextMenuItem onSelect={onFind}>
        <Search /> Find
      </ContextMenuItem>
      <ContextMenuItem onSelect={() => terminal.current?.clear()}>
        <Eraser /> Clear
      </ContextMenuItem>
    </ContextMenuContent>
  )
}

function FindBar({ terminal, onClose }: WithTerminal & { onClose: () => void }) {
  const [text, setText] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  function close() {
    terminal.current?.endFind()
    onClose()
    terminal.current?.focus()
  }
  return (
    <div className="flex h-8 shrink-0 items-center gap-1 border-b bg-surface px-2">
      <Input
        ref={input}
        aria-label="Find in terminal"
        placeholder="Find in terminal"
        size="small"
        className="max-w-64"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          terminal.current?.find(event.target.value, 'next')
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close()
          if (event.key === 'Enter') terminal.current?.find(text, event.shiftKey ? 'previous' : 'next')
        }}
      />
      <IconButton
        size="small"
        label="Previous match"
        onClick={() => terminal.current?.find(text, 'previous')}
      >
        <ArrowUp />
      </IconButton>
      <IconButton size="small" label="Next match" onClick={() => terminal.current?.find(text, 'next')}>
        <ArrowDown />
      </IconButton>
      <IconButton size="small" label="Close find" onClick={close}>
        <X />
      </IconButton>
    </div>
  )
}
