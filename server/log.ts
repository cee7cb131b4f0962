import { type Logger, pino } from 'pino'

export type { Logger }

/** JSON lines on standard output. Tokens never reach a log: callers log ids, and these are the keys that slip in. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.authorization', '*.cookie', '*.token', '*.secret', '*.key'],
  })
}
