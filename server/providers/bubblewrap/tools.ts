import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { HOST_ENVIRONMENT, HOST_PATH } from './launch'

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

export function findProgram(name: string): string | null {
  const found = HOST_PATH.split(delimiter).find((dir) => isExecutable(join(dir, name)))
  return found === undefined ? null : join(found, name)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
