import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

const SECRETS = ['authorization', 'cookie', 'token', 'secret', 'key']

/** JSON lines on standard output. Tokens never reach a log: callers log ids, and these are the keys that slip in. */
export function createLogger(level: string, destination: DestinationStream = pino.destination(1)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
    },
    destination,
  )
}
