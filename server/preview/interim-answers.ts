import type { ClientRequest } from 'node:http'
import { SandboxError } from '@/lib/errors'

/**
 * Before the real answer. Hints come once or twice; who says "still at work" does so every 20 s or so, 30 times until we no longer
 * wait. Node bounds each of them and not how many there are, and a port that sends nothing else would keep us reading.
 */
const MAX_INTERIM_ANSWERS = 32

export function boundInterimAnswers(outgoing: ClientRequest): void {
  let count = 0
  outgoing.on('information', () => {
    if (++count > MAX_INTERIM_ANSWERS)
      outgoing.destroy(new SandboxError('port_closed', 'The program sends interim answers and no real one.'))
  })
}
