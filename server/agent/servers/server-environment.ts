import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnvFile } from '@/lib/env-file'
import { SandboxError } from '@/lib/errors'
import type { ServerBody } from '@/server/agent-contract/servers'
import { onPath } from '../errno'
import { checkPath } from '../paths'

const MAX_FILE_BYTES = 1024 * 1024

/** What a server has beyond the sandbox's environment; of the same name the later counts: its file, its own, PORT. */
export function serverEnvironment(
  { path, envFile, environment }: ServerBody,
  port: number | undefined,
): Record<string, string> {
  return {
    ...(envFile === undefined ? {} : readEnvFile(checkPath(resolve(path, envFile)))),
    ...environment,
    ...(port === undefined ? {} : { PORT: String(port) }),
  }
}

function readEnvFile(path: string): Record<string, string> {
  return onPath(path, () => {
    // A pipe in its place must not hold the agent up.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(fd)
      if (!stat.isFile()) throw new SandboxError('bad_request', `This is no file with variables: ${path}`)
      if (stat.size > MAX_FILE_BYTES) {
        const message = `A file with variables may have ${MAX_FILE_BYTES} bytes: ${path}`
        throw new SandboxError('too_large', message)
      }
      return parseEnvFile(readFileSync(fd, 'utf8'))
    } finally {
      closeSync(fd)
    }
  })
}
