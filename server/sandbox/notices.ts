import type { SandboxEvent } from './subscribers'

/** What is told to whoever follows a sandbox, and why it ended. */
export const DISK_FULL: SandboxEvent = {
  type: 'notice',
  level: 'error',
  message:
    'The disk of this sandbox is full: what writes to it is paused, and what filled it with deleted files is ended. Delete files to go on.',
}
export const DISK_OK: SandboxEvent = {
  type: 'notice',
  level: 'info',
  message: 'There is room on the disk again.',
}
export const SOON_OVER: SandboxEvent = {
  type: 'notice',
  level: 'warning',
  message: 'This sandbox and its files will be deleted in one minute.',
}
export const EXIT_REASONS = {
  out_of_memory: 'It ran out of memory, and its processes were ended. Start it again: its files are there.',
  unknown: 'All of its processes ended. Start it again: its files are there.',
} as const
