import { spawnSync } from 'node:child_process'

/** The prefix with which a command runs as root without a question, or `null` where none does. */
export function rightToAdminister() {
  if (process.getuid?.() === 0) return []
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore', timeout: 5_000 })
  return sudo.status === 0 ? ['sudo', '-n'] : null
}
