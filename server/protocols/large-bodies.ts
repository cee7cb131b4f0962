import type { ServerResponse } from 'node:http'
import { SandboxError } from '@/lib/errors'

/** Not counted of any body, so that however many large ones there are, commands and small files still pass. */
const FREE_BYTES = 1024 * 1024
const RETRY_AFTER_SECONDS = 5

/** The memory that large bodies have together, from their first bytes until they are answered. */
export class LargeBodies {
  readonly #maxBytes: number
  #heldBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** To be told of each piece of one body; throws when there is no room for it. */
  begin(response: ServerResponse): (chunkBytes: number) => void {
    let sizeBytes = 0
    let heldBytes = 0
    response.once('close', () => {
      this.#heldBytes -= heldBytes
    })
    return (chunkBytes) => {
      sizeBytes += chunkBytes
      if (sizeBytes <= FREE_BYTES) return
      if (this.#heldBytes + chunkBytes > this.#maxBytes) throw tooMany()
      this.#heldBytes += chunkBytes
      heldBytes += chunkBytes
    }
  }
}

function tooMany(): SandboxError {
  return new SandboxError(
    'too_many',
    'Sandlot is taking in as many large bodies as it can. Try again in a moment, or send files with PUT /raw/{path}.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  )
}
