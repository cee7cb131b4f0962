import { SandboxError } from '@/lib/errors'
import { MAX_PROCESSES, type StartBody } from '@/server/agent-contract'
import { BackgroundProcess } from './background-process'
import { randomId } from './random-id'

/** Fit for a path and a log line. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

const processes = new Map<string, BackgroundProcess>()

export function startProcess(body: StartBody): BackgroundProcess {
  const id = body.id ?? randomId()
  if (!ID.test(id)) {
    throw new SandboxError(
      'bad_request',
      '“id” takes letters, digits, dots, dashes and underscores, 128 at most.',
    )
  }
  if (processes.has(id)) throw new SandboxError('already_exists', `There is a process “${id}” already.`)
  makeRoom()
  const started = new BackgroundProcess(id, body)
  processes.set(id, started)
  return started
}

export function findProcess(id: string): BackgroundProcess {
  const found = processes.get(id)
  if (!found) throw new SandboxError('process_not_found', `No such process: ${id.slice(0, 100)}`)
  return found
}

export function listProcesses(): BackgroundProcess[] {
  return [...processes.values()]
}

/** Ends it and forgets its log. */
export async function deleteProcess(id: string): Promise<void> {
  const found = findProcess(id)
  await found.stop()
  processes.delete(id)
}

/** What has ended is kept for who asks later, but never in the way of a new one. */
function makeRoom(): void {
  if (processes.size < MAX_PROCESSES) return
  const oldest = listProcesses().find((process) => !process.isRunning)
  if (!oldest) {
    throw new SandboxError(
      'too_many',
      `A sandbox has at most ${MAX_PROCESSES} background processes. End one first.`,
    )
  }
  processes.delete(oldest.id)
}
