const BEL = 0x07
const SHIFT_OUT = 0x0e
const SHIFT_IN = 0x0f
const CANCEL = 0x18
const SUBSTITUTE = 0x1a
const ESC = 0x1b

/** Longer parameters belong to no sequence that matters here. */
const MAX_PARAMS = 64

type ParserState = 'ground' | 'escape' | 'charset' | 'csi' | 'string'

/** DEC private modes that are simply on or off, with what they are at the start. */
const SWITCHES = new Map([
  [1, false], // application cursor keys
  [6, false], // origin mode
  [7, true], // wrap at the margin
  [12, false], // blinking cursor
  [25, true], // visible cursor
  [45, false], // reverse wrap
  [66, false], // application keypad
  [1004, false], // focus reports
  [2004, false], // bracketed paste
])
const ALTERNATE_SCREENS = [47, 1047, 1049]
/** Of each of these groups one is on at a time, or none. */
const MOUSE_PROTOCOLS = [9, 1000, 1002, 1003]
const MOUSE_ENCODINGS = [1005, 1006, 1015, 1016]

/**
 * Follows the modes that a program has set, over the bytes of its output, so that a viewer that begins in the middle
 * can be brought into them: alternate screen, cursor keys, mouse, bracketed paste, character sets and the like.
 * Synchronized output (2026) is left out on purpose: a viewer that began inside of one would show nothing.
 */
export class TerminalModes {
  #state: ParserState = 'ground'
  #params = ''
  #charsetSlot = 0

  #switches = new Map<number, boolean>()
  #alternate = 0
  #mouse = 0
  #mouseEncoding = 0
  #isInsert = false
  #isNewLine = false
  #keypad = false
  #cursorStyle = 0
  #scrollRegion = ''
  #charsets = ['B', 'B', 'B', 'B']
  #isShiftedOut = false

  /** Between two sequences: a byte from here on is not the rest of an earlier one. */
  get isGround(): boolean {
    return this.#state === 'ground'
  }

  get isAlternateScreen(): boolean {
    return this.#alternate !== 0
  }

  clone(): TerminalModes {
    const copy = new TerminalModes()
    copy.#state = this.#state
    copy.#params = this.#params
    copy.#charsetSlot = this.#charsetSlot
    copy.#switches = new Map(this.#switches)
    copy.#alternate = this.#alternate
    copy.#mouse = this.#mouse
    copy.#mouseEncoding = this.#mouseEncoding
    copy.#isInsert = this.#isInsert
    copy.#isNewLine = this.#isNewLine
    copy.#keypad = this.#keypad
    copy.#cursorStyle = this.#cursorStyle
    copy.#scrollRegion = this.#scrollRegion
    copy.#charsets = [...this.#charsets]
    copy.#isShiftedOut = this.#isShiftedOut
    return copy
  }

  feed(bytes: Uint8Array): void {
    const nextEscape = seekerOf(bytes, ESC)
    const nextShiftOut = seekerOf(bytes, SHIFT_OUT)
    const nextShiftIn = seekerOf(bytes, SHIFT_IN)
    for (let i = 0; i < bytes.length; i++) {
      // Nearly every byte is text and passed over here: this is why the log can be followed at full speed.
      if (this.isGround) i = Math.min(nextEscape(i), nextShiftOut(i), nextShiftIn(i))
      if (i < bytes.length) this.#step(bytes[i] as number)
    }
  }

  /** What an emulator in its first state must be fed. */
  restore(): string {
    let out = this.#alternate ? `\x1b[?${this.#alternate}h` : ''
    if (this.#scrollRegion) out += `\x1b[${this.#scrollRegion}r`
    for (const [mode, isOn] of this.#switches) {
      if (isOn !== SWITCHES.get(mode)) out += `\x1b[?${mode}${isOn ? 'h' : 'l'}`
    }
    if (this.#mouse) out += `\x1b[?${this.#mouse}h`
    if (this.#mouseEncoding) out += `\x1b[?${this.#mouseEncoding}h`
    if (this.#isInsert) out += '\x1b[4h'
    if (this.#isNewLine) out += '\x1b[20h'
    if (this.#keypad) out += '\x1b='
    if (this.#cursorStyle) out += `\x1b[${this.#cursorStyle} q`
    for (const [slot, charset] of this.#charsets.entries()) {
      if (charset !== 'B') out += `\x1b${'()*+'[slot]}${charset}`
    }
    return this.#isShiftedOut ? `${out}\x0e` : out
  }

  #step(byte: number): void {
    if (byte === ESC) {
      this.#state = 'escape'
    } else if (byte === CANCEL || byte === SUBSTITUTE) {
      this.#state = 'ground'
    } else if (this.#state === 'string') {
      if (byte === BEL) this.#state = 'ground'
    } else if (byte === SHIFT_OUT || byte === SHIFT_IN) {
      this.#isShiftedOut = byte === SHIFT_OUT
    } else if (byte < 0x20) {
      // Other control characters act in the midst of a sequence and do not end it.
    } else if (this.#state === 'escape') {
      this.#escape(byte)
    } else if (this.#state === 'charset') {
      this.#charsets[this.#charsetSlot] = String.fromCharCode(byte)
      this.#state = 'ground'
    } else if (this.#state === 'csi') {
      this.#csi(byte)
    }
  }

  #escape(byte: number): void {
    const char = String.fromCharCode(byte)
    this.#state = 'ground'
    if (char === '[') {
      this.#state = 'csi'
      this.#params = ''
    } else if (']PX^_'.includes(char)) {
      this.#state = 'string'
    } else if ('()*+'.includes(char)) {
      this.#charsetSlot = '()*+'.indexOf(char)
      this.#state = 'charset'
    } else if (char === '=' || char === '>') {
      this.#keypad = char === '='
    } else if (char === 'c') {
      this.#reset()
    }
  }

  #csi(byte: number): void {
    if (byte < 0x40) {
      if (this.#params.length < MAX_PARAMS) this.#params += String.fromCharCode(byte)
      return
    }
    this.#state = 'ground'
    const params = this.#params
    const final = String.fromCharCode(byte)
    if (final === 'h' || final === 'l') this.#setModes(params, final === 'h')
    else if (final === 'q' && params.endsWith(' ')) this.#cursorStyle = Number.parseInt(params, 10) || 0
    else if (final === 'r' && /^[\d;]*$/.test(params)) this.#scrollRegion = params
    else if (final === 'p' && params === '!') this.#softReset()
  }

  #setModes(params: string, isOn: boolean): void {
    const isPrivate = params.startsWith('?')
    for (const text of params.slice(isPrivate ? 1 : 0).split(';')) {
      const mode = Number(text)
      if (isPrivate) this.#setPrivate(mode, isOn)
      else if (mode === 4) this.#isInsert = isOn
      else if (mode === 20) this.#isNewLine = isOn
    }
  }

  #setPrivate(mode: number, isOn: boolean): void {
    if (SWITCHES.has(mode)) this.#switches.set(mode, isOn)
    else if (ALTERNATE_SCREENS.includes(mode)) this.#alternate = isOn ? mode : 0
    else if (MOUSE_PROTOCOLS.includes(mode)) this.#mouse = isOn ? mode : 0
    else if (MOUSE_ENCODINGS.includes(mode)) this.#mouseEncoding = isOn ? mode : 0
  }

  /** RIS */
  #reset(): void {
    this.#switches.clear()
    this.#alternate = 0
    this.#mouse = 0
    this.#mouseEncoding = 0
    this.#isNewLine = false
    this.#softReset()
  }

  /** DECSTR */
  #softReset(): void {
    for (const mode of [1, 6, 7, 25, 66]) this.#switches.delete(mode)
    this.#isInsert = false
    this.#keypad = false
    this.#cursorStyle = 0
    this.#scrollRegion = ''
    this.#charsets = ['B', 'B', 'B', 'B']
    this.#isShiftedOut = false
  }
}

/** Where `byte` comes next at or after a place that only ever grows, so that each byte is looked at once; the end if nowhere. */
function seekerOf(bytes: Uint8Array, byte: number): (from: number) => number {
  let found = -1
  return (from) => {
    if (found < from) {
      found = bytes.indexOf(byte, from)
      if (found < 0) found = bytes.length
    }
    return found
  }
}
