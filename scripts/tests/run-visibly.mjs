import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { root } from '../steps/paths.mjs'

/** Runs a command whose output a person follows; answers its exit code. */
export async function runVisibly(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  const [code] = await once(child, 'exit')
  return code ?? 1
}
