'use client'

import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import type { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import { formatBytes } from '@/components/ui/format-bytes'
import type { TerminalHandlers, TerminalSession, TerminalState } from '@/lib/client/terminal-session'
import type { TerminalRole, TerminalStart } from '@/lib/protocol/terminal-stream'
import { findColors, readTerminalTheme } from './terminal-colors'

export type TerminalHandle = {
  focus(): void
  /** As if typed. */
  send(keys: string): void
  /** The next letter is sent with Ctrl held. */
  holdCtrl(): void
  copy(): Promise<boolean>
  paste(text: string): void
  selectAll(): void
  clear(): void
  find(text: string, direction: 'next' | 'previous'): void
  endFind(): void
  takeControl(): void
}

export type TerminalViewProps = {
  ref?: Ref<TerminalHandle>
  label: string
  isVisible: boolean
  isDark: boolean
  connect: (handlers: TerminalHandlers) => TerminalSession
  onState: (state: TerminalState, exitCode: number | null) => void
  onRole: (role: TerminalRole) => void
  onInputDropped: () => void
  onLink: (url: string) => void
  onCopied: (isCopied: boolean) => void
}

/** A terminal's screen. It stays mounted while hidden: its content and its stream go on. */
export function TerminalView(props: TerminalViewProps) {
  const element = useRef<HTMLDivElement>(null)
  const screen = useRef<TerminalScreen>(null)
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  const { isVisible, isDark } = props

  useEffect(() => {
    if (!element.current) return
    const made = new TerminalScreen(element.current, latest)
    screen.current = made
    return () => {
      screen.current = null
      made.close()
    }
  }, [])

  useEffect(() => {
    if (isVisible) screen.current?.fit()
  }, [isVisible])

  useEffect(() => screen.current?.applyTheme(isDark), [isDark])

  useImperativeHandle(props.ref, () => handleOf(screen))

  return <section ref={element} aria-label={props.label} className="h-full w-full bg-(--term-bg)" />
}

function handleOf(screen: { current: TerminalScreen | null }): TerminalHandle {
  return {
    focus: () => screen.current?.terminal.focus(),
    send: (keys) => screen.current?.sendKeys(keys),
    holdCtrl: () => screen.current?.holdCtrl(),
    copy: async () => (await screen.current?.copy()) ?? false,
    paste: (text) => screen.current?.terminal.paste(text),
    selectAll: () => screen.current?.terminal.selectAll(),
    clear: () => screen.current?.terminal.clear(),
    find: (text, direction) => void screen.current?.find(text, direction),
    endFind: () => void screen.current?.endFind(),
    takeControl: () => screen.current?.session.take(),
  }
}

/** xterm and the session that feeds it. */
class TerminalScreen {
  readonly terminal: Terminal
  #search: Promise<SearchAddon> | undefined
  readonly session: TerminalSession
  readonly #fitter = new FitAddon()
  readonly #observer: ResizeObserver
  readonly #props: { current: TerminalViewProps }
  /** True exactly while bytes are parsed that were answered once already. */
  #isReplaying = false
  #replayEnd = 0
  #received = 0
  #role: TerminalRole = 'writer'
  #isCtrlHeld = false

  constructor(element: HTMLElement, props: { current: TerminalViewProps }) {
    this.#props = props
    this.terminal = new Terminal({
      ...TERMINAL_OPTIONS,
      theme: readTerminalTheme(),
      linkHandler: { activate: (_event, url) => props.current.onLink(url) },
    })
    this.terminal.loadAddon(this.#fitter)
    this.terminal.loadAddon(new Unicode11Addon())
    this.terminal.loadAddon(new WebLinksAddon((_event, url) => props.current.onLink(url)))
    this.terminal.unicode.activeVersion = '11'
    this.terminal.open(element)
    this.#proposeSize()
    silenceReplies(this.terminal, () => this.#isReplaying)
    this.terminal.attachCustomKeyEventHandler((event) => this.#onKey(event))
    this.session = props.current.connect(this.#handlers())
    this.terminal.onData((data) => this.session.write(this.#withCtrl(data)))
    this.terminal.onBinary((data) => this.session.write(Uint8Array.from(data, (char) => char.charCodeAt(0))))
    this.#observer = new ResizeObserver(() => this.fit())
    this.#observer.observe(element)
    void document.fonts.ready.then(() => this.fit())
  }

  /** Takes the size of its place; the one who types tells it to the sandbox. */
  fit(): void {
    if (this.#role === 'writer' && this.#received >= this.#replayEnd) this.#proposeSize()
  }

  applyTheme(_isDark: boolean): void {
    this.terminal.options.theme = readTerminalTheme()
  }

  /** Arrows are said differently while a program such as vim asks for it. */
  sendKeys(keys: string): void {
    const isArrow = ['\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D'].includes(keys)
    const isApplication = this.terminal.modes.applicationCursorKeysMode
    this.terminal.input(isArrow && isApplication ? keys.replace('[', 'O') : keys)
  }

  holdCtrl(): void {
    this.#isCtrlHeld = true
    this.terminal.focus()
  }

  async find(text: string, direction: 'next' | 'previous'): Promise<void> {
    const search = await this.#loadSearch()
    const options = { decorations: findColors(), incremental: direction === 'next' }
    if (direction === 'next') search.findNext(text, options)
    else search.findPrevious(text, options)
  }

  async endFind(): Promise<void> {
    if (this.#search) (await this.#search).clearDecorations()
  }

  /** Fetched when somebody searches: few do. */
  #loadSearch(): Promise<SearchAddon> {
    this.#search ??= import('@xterm/addon-search').then(({ SearchAddon: Addon }) => {
      const addon = new Addon()
      this.terminal.loadAddon(addon)
      return addon
    })
    return this.#search
  }

  async copy(): Promise<boolean> {
    const text = this.terminal.getSelection()
    if (!text) return false
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Not allowed here (plain http, a frame): the older way still works within a key press or a click.
      return document.execCommand('copy')
    }
  }

  close(): void {
    this.#observer.disconnect()
    this.session.close()
    this.terminal.dispose()
  }

  #handlers(): TerminalHandlers {
    return {
      onStart: (start, isResumed) => this.#onStart(start, isResumed),
      onOutput: (bytes, { endOffset, isReplay }) => this.#write(bytes, endOffset, isReplay),
      onGap: (skipped, modes) => this.terminal.write(gapText(skipped, modes)),
      onResize: (cols, rows) => this.#followSize(cols, rows),
      onRole: (role) => {
        this.#role = role
        this.fit()
        this.#props.current.onRole(role)
      },
      onState: (state, exitCode) => this.#props.current.onState(state, exitCode),
      onInputDropped: () => this.#props.current.onInputDropped(),
    }
  }

  #onStart(start: TerminalStart, isResumed: boolean): void {
    this.#role = start.role
    this.#replayEnd = start.endOffset
    this.#received = start.offset
    if (isResumed) return
    this.terminal.reset()
    // What is replayed was written for this size.
    if (start.endOffset > start.offset) this.terminal.resize(Math.max(2, start.cols), Math.max(1, start.rows))
    this.terminal.write(start.modes)
  }

  #write(bytes: Uint8Array, endOffset: number, isReplay: boolean): void {
    if (isReplay) this.#inOrder(() => (this.#isReplaying = true))
    this.terminal.write(bytes, () => {
      this.#isReplaying = false
      this.#received = endOffset
      this.session.consumed(endOffset)
      if (isReplay && endOffset >= this.#replayEnd) this.fit()
    })
  }

  /** A replay has the sizes of its time. Live, the writer's size is its own, and a reader follows it. */
  #followSize(cols: number, rows: number): void {
    this.#inOrder(() => {
      if (this.#role === 'reader' || this.#received < this.#replayEnd) this.terminal.resize(cols, rows)
    })
  }

  /** After everything written so far was parsed. */
  #inOrder(act: () => void): void {
    this.terminal.write('', act)
  }

  #proposeSize(): void {
    // Hidden, it has no size: the addon would take its 100 % for 100 pixels, and the program inside would be told so.
    if (!this.terminal.element?.offsetParent) return
    const size = this.#fitter.proposeDimensions()
    if (!size || Number.isNaN(size.cols) || Number.isNaN(size.rows)) return
    this.terminal.resize(size.cols, size.rows)
    this.session?.resize(size.cols, size.rows)
  }

  #onKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true
    const isShifted = event.ctrlKey && event.shiftKey
    if (isShifted && event.code === 'KeyC') {
      event.preventDefault()
      void this.copy().then((isCopied) => this.#props.current.onCopied(isCopied))
      return false
    }
    // Left to the browser, which pastes without asking for a right; and to the workbench's own keys.
    if (isShifted && ['KeyV', 'KeyP', 'KeyF'].includes(event.code)) return false
    return !(event.key === 'F1' || (event.ctrlKey && event.code === 'Backquote'))
  }

  #withCtrl(data: string): string {
    if (!this.#isCtrlHeld || data.length !== 1) return data
    this.#isCtrlHeld = false
    return String.fromCharCode(data.toUpperCase().charCodeAt(0) & 0x1f)
  }
}

const TERMINAL_OPTIONS = {
  allowProposedApi: true,
  cursorBlink: true,
  fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", "DejaVu Sans Mono", monospace',
  fontSize: 13,
  lineHeight: 1.25,
  scrollback: 10_000,
  macOptionIsMeta: true,
  minimumContrastRatio: 4.5,
} as const

/**
 * During a replay the emulator must not answer: its replies would be typed into the shell. These are all the questions that
 * xterm answers: device attributes, status, mode and setting requests, window reports, colours.
 */
function silenceReplies(terminal: Terminal, isReplaying: () => boolean): void {
  const { parser } = terminal
  const swallow = () => isReplaying()
  for (const prefix of ['', '>', '=']) parser.registerCsiHandler(prefixed(prefix, 'c'), swallow)
  for (const prefix of ['', '?']) {
    parser.registerCsiHandler(prefixed(prefix, 'n'), swallow)
    parser.registerCsiHandler({ ...prefixed(prefix, 'p'), intermediates: '$' }, swallow)
  }
  parser.registerCsiHandler({ prefix: '>', final: 'q' }, swallow)
  parser.registerCsiHandler({ final: 't' }, swallow)
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, swallow)
  for (const code of [4, 10, 11, 12]) {
    parser.registerOscHandler(code, (data) => isReplaying() && data.includes('?'))
  }
}

function prefixed(prefix: string, final: string): { prefix?: string; final: string } {
  return prefix ? { prefix, final } : { final }
}

/** Out of any half sequence and of the other screen, a line that says what is missing, and the modes in force. */
function gapText(skippedBytes: number, modes: string): string {
  return `\x18\x1b[?47l\x1b[!p\x1b[0m\r\n\x1b[2m… ${formatBytes(skippedBytes)} of output skipped …\x1b[0m\r\n${modes}`
}
