import { SandboxError } from '@/lib/errors'

/** Variables as Linux can pass them on, or an error that names the one that is not. */
export function checkEnvironment(environment: Record<string, string> = {}): Record<string, string> {
  for (const [name, value] of Object.entries(environment)) {
    if (name === '' || name.includes('=') || name.includes('\0') || value.includes('\0')) {
      throw new SandboxError(
        'bad_request',
        `“environment.${name}” cannot be the name and value of a variable.`,
      )
    }
  }
  return environment
}
