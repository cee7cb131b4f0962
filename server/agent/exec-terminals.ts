import { SandboxError } from '@/lib/errors'
import type { StartBody } from '@/server/agent-contract'
import {
  type ExecTerminal,
  type ExecTerminalBody,
  MAX_EXEC_TERMINALS,
} from '@/server/agent-contract/exec-terminals'
import type { BackgroundProcess } from './background-process'
import { deleteProcess, listProcesses, startProcess } from './processes'
import { randomId } from './random-id'
import { checkShell } from './user-process'

interface Kept extends ExecTerminal {
  /** It came with a background command, and goes with it. */
  isImplicit: boolean
}

const terminals = new Map<string, Kept>()

export function openExecTerminal({ shell }: ExecTerminalBody): ExecTerminal {
  if (shell !== undefined) checkShell(shell)
  makeRoom()
  const terminal = { id: randomId(), shell: shell ?? null, createdAtMs: Date.now(), isImplicit: false }
  terminals.set(terminal.id, terminal)
  return told(terminal)
}

export function findExecTerminal(id: string): ExecTerminal {
  return told(find(id))
}

export function listExecTerminals(): ExecTerminal[] {
  forgetEmpty()
  return [...terminals.values()].map(told)
}

/** Oldest first. */
export function commandsOf(id: string): BackgroundProcess[] {
  find(id)
  return listProcesses().filter((process) => process.terminalId === id)
}

export function startCommand(terminalId: string, body: StartBody): BackgroundProcess {
  const { shell } = find(terminalId)
  const chosen = body.shell ?? shell
  return startProcess({ ...body, ...(chosen !== null && { shell: chosen }), terminalId })
}

/** A background command that nobody made a terminal for. */
export function startCommandInOwnTerminal(body: StartBody): BackgroundProcess {
  const id = body.id ?? randomId()
  makeRoom()
  const started = startProcess({ ...body, id, terminalId: id })
  terminals.set(id, { id, shell: body.shell ?? null, createdAtMs: Date.now(), isImplicit: true })
  return started
}

export async function deleteExecTerminal(id: string): Promise<void> {
  const commands = commandsOf(id)
  terminals.delete(id)
  await Promise.all(commands.map((command) => deleteProcess(command.id)))
}

function find(id: string): Kept {
  forgetEmpty()
  const found = terminals.get(id)
  if (!found) throw new SandboxError('terminal_not_found', `No such terminal: ${id.slice(0, 100)}`)
  return found
}

function told({ id, shell, createdAtMs }: Kept): ExecTerminal {
  return { id, shell, createdAtMs }
}

/** The list of processes lets go of the oldest that have ended. */
function forgetEmpty(): void {
  const used = new Set(listProcesses().map((process) => process.terminalId))
  for (const { id, isImplicit } of terminals.values()) if (isImplicit && !used.has(id)) terminals.delete(id)
}

function makeRoom(): void {
  forgetEmpty()
  if (terminals.size < MAX_EXEC_TERMINALS) return
  const busy = new Set(listProcesses().flatMap((each) => (each.isRunning ? [each.terminalId] : [])))
  const idle = [...terminals.values()].find(({ id, isImplicit }) => isImplicit && !busy.has(id))
  if (!idle) {
    throw new SandboxError(
      'too_many',
      `A sandbox has at most ${MAX_EXEC_TERMINALS} terminals for commands. Delete one first.`,
    )
  }
  terminals.delete(idle.id)
}
