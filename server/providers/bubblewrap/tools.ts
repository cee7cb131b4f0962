import { spawnSync } from 'node:child_process'
import { HOST_ENVIRONMENT } from './launch'

const TIMEOUT_MS = 5_000

/** Whether this bubblewrap can forbid further user namespaces (0.8 and later). */
export function supportsDisableUserns(): boolean {
  return output('bwrap', ['--help'])?.includes('--disable-userns') ?? false
}

/** What a program of the host says, or `null` where it is missing or fails. */
export function output(program: string, args: string[]): string | null {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: TIMEOUT_MS, env: HOST_ENVIRONMENT })
  return result.status === 0 ? `${result.stdout}${result.stderr}` : null
}
