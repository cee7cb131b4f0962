import type { Logger } from './log'

/** Beyond it the process ends with whatever is still open: a person has pressed Ctrl-C and waits. */
const DEADLINE_MS = 8_000

/** Ends the process after `close` on the first Ctrl-C, SIGTERM or SIGHUP, and at once on the second. */
export function closeOnSignals(log: Logger, close: () => Promise<void>): void {
  let isClosing = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (isClosing) process.exit(130)
    isClosing = true
    log.info({ signal }, 'stopping')
    setTimeout(() => process.exit(0), DEADLINE_MS).unref()
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly')
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
}
