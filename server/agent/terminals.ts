import { SandboxError } from '@/lib/errors'
import { MAX_TERMINALS, type TerminalBody, type TerminalInfo } from '@/server/agent-contract'
import { randomId } from './random-id'
import { Terminal } from './terminal'

const terminals = new Map<string, Terminal>()

export function openTerminal(body: TerminalBody): TerminalInfo {
  makeRoom()
  const terminal = new Terminal(randomId(), body)
  terminals.set(terminal.id, terminal)
  return terminal.info()
}

export function findTerminal(id: string): Terminal {
  const terminal = terminals.get(id)
  if (!terminal) throw new SandboxError('terminal_not_found', `No such terminal: ${id.slice(0, 100)}`)
  return terminal
}

export function listTerminals(): Terminal[] {
  return [...terminals.values()]
}

export async function deleteTerminal(id: string): Promise<void> {
  const terminal = findTerminal(id)
  terminals.delete(id)
  await terminal.close()
}

/** The terminals whose program has ended are kept for who comes back to read them, but never in the way of a new one. */
function makeRoom(): void {
  if (terminals.size < MAX_TERMINALS) return
  const exited = listTerminals().filter((terminal) => terminal.exitCode !== null)
  const oldest = exited.find((terminal) => terminal.viewerCount === 0) ?? exited[0]
  if (!oldest) {
    throw new SandboxError('too_many', `A sandbox has at most ${MAX_TERMINALS} terminals. Close one first.`)
  }
  terminals.delete(oldest.id)
  void oldest.close()
}
