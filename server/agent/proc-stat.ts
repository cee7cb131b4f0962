export interface ProcStat {
  name: string
  state: string
  parentPid: number
  session: number
  /** Device number of its terminal, 0 without one. */
  terminalDevice: number
  /** In user and kernel mode together, in clock ticks. */
  cpuTicks: number
  /** Since the machine's start, in clock ticks. */
  startTicks: number
}

/**
 * /proc/{pid}/stat, see proc(5). The name stands in parentheses and may itself contain some, blanks and line ends: only the
 * last closing one ends it.
 */
export function parseProcStat(text: string): ProcStat | undefined {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 0 || close < open) return undefined
  // The fields after the name, so that index 0 is field 3 of the manual page.
  const fields = text.slice(close + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3] ?? 0)
  return {
    name: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    parentPid: field(4),
    session: field(6),
    terminalDevice: field(7),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
  }
}

/** Bytes of memory that a process has for itself, from /proc/{pid}/statm: what is shared would count once per process. */
export function parseOwnMemory(statm: string, pageBytes: number): number {
  const [, resident = 0, shared = 0] = statm.split(' ').map(Number)
  return Math.max(0, resident - shared) * pageBytes
}
