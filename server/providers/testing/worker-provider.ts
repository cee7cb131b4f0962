import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { isErrorCode, SandboxError } from '@/lib/errors'
import type { BubblewrapOptions } from '../bubblewrap'
import type { Provider, SandboxChange } from '../provider'

/** An ordinary user's number for tests: nobody's on any distribution, and outside the range of sandboxes. */
export const TEST_UID = 1_900_001
const START_TIMEOUT_MS = 20_000

interface Answer {
  number: number
  result?: unknown
  code?: string
  message?: string
}

export interface WorkerProvider extends Provider {
  crash(): Promise<void>
}

/**
 * A provider in a process of its own, perhaps of an ordinary user. The checkout may be closed to that user, so all that the
 * process needs is put into the data directory.
 */
export async function startWorkerProvider(options: BubblewrapOptions, uid: number): Promise<WorkerProvider> {
  const worker = await startWorker(options, uid)
  const ask = asker(worker)
  const listeners = new Set<(id: string, change: SandboxChange) => void>()
  worker.on('message', (message: { change?: [string, SandboxChange] }) => {
    if (message.change) for (const listener of listeners) listener(...message.change)
  })
  const method =
    (name: string) =>
    (...args: unknown[]) =>
      ask(name, args)
  return {
    name: 'bubblewrap',
    create: method('create') as Provider['create'],
    start: method('start') as Provider['start'],
    stop: method('stop') as Provider['stop'],
    delete: method('delete') as Provider['delete'],
    list: method('list') as Provider['list'],
    usage: method('usage') as Provider['usage'],
    check: method('check') as Provider['check'],
    snapshot: method('snapshot') as Provider['snapshot'],
    restore: method('restore') as Provider['restore'],
    deleteSnapshot: method('deleteSnapshot') as Provider['deleteSnapshot'],
    listSnapshots: method('listSnapshots') as Provider['listSnapshots'],
    dial: async (id) => {
      const path = (await ask('dial', [id])) as string
      return await new Promise((resolve, reject) => {
        const socket = connect(path, () => resolve(socket)).once('error', reject)
      })
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    crash: () => endOf(worker, () => worker.kill('SIGKILL')),
    close: async () => {
      if (worker.exitCode !== null || worker.signalCode !== null) return
      await ask('close', [])
      await endOf(worker, () => worker.disconnect())
    },
  }
}

async function endOf(worker: ChildProcess, end: () => void): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  end()
  await exited
}

async function startWorker(
  { dataDir, agentPath, templatesPath, packages, warmSandboxes }: BubblewrapOptions,
  uid: number,
): Promise<ChildProcess> {
  const program = join(dataDir, 'worker.mjs')
  if (!existsSync(program)) await fill(dataDir, program, agentPath, uid)
  const told = { dataDir, agentPath: join(dataDir, 'agent'), templatesPath, packages, warmSandboxes }
  const args = [JSON.stringify(told)]
  const worker = spawn(join(dataDir, 'node'), [program, ...args], {
    ...(process.getuid?.() === 0 ? { uid, gid: uid } : {}),
    cwd: dataDir,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS)
  await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('exit', () => reject(new Error('The provider in a process of its own ended at its start')))
    timeout.addEventListener('abort', () => reject(timeout.reason))
  })
  return worker
}

async function fill(dataDir: string, program: string, agentPath: string, uid: number): Promise<void> {
  const worker = fileURLToPath(new URL('./provider-worker.ts', import.meta.url))
  await build({
    entryPoints: [worker],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url)",
    },
    tsconfigRaw: {
      compilerOptions: { paths: { '@/*': [fileURLToPath(new URL('../../../*', import.meta.url))] } },
    },
  })
  const { rgPath } = createRequire(import.meta.url)('@vscode/ripgrep') as { rgPath: string }
  for (const [from, name] of [
    [process.execPath, 'node'],
    [agentPath, 'agent'],
    [rgPath, 'rg'],
  ] as const) {
    copyFileSync(from, join(dataDir, name))
    chmodSync(join(dataDir, name), 0o755)
  }
  if (process.getuid?.() === 0) chownSync(dataDir, uid, uid)
  chmodSync(dataDir, 0o711)
}

function asker(worker: ChildProcess): (method: string, args: unknown[]) => Promise<unknown> {
  let last = 0
  const open = new Map<number, (answer: Answer) => void>()
  worker.on('message', (answer: Answer) => {
    open.get(answer.number)?.(answer)
    open.delete(answer.number)
  })
  return async (method, args) => {
    const number = ++last
    const answered = new Promise<Answer>((resolve) => open.set(number, resolve))
    worker.send({ number, method, args })
    const { result, code, message } = await answered
    if (code === undefined) return result
    throw new SandboxError(isErrorCode(code) ? code : 'internal', message ?? '')
  }
}
