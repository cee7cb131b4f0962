import type { IncomingMessage } from 'node:http'

/** What a refused client is let finish sending, so that it reads the refusal instead of a broken connection. */
const MAX_DRAINED_BYTES = 256 * 1024 * 1024
const MAX_DRAIN_MS = 5_000

/** Takes and drops the rest of a body, where it is short. */
export function drain(request: IncomingMessage): Promise<void> {
  const isLong = Number(request.headers['content-length'] ?? 0) > MAX_DRAINED_BYTES
  if (request.complete || request.destroyed || isLong) return Promise.resolve()
  return new Promise((resolve) => {
    let sizeBytes = 0
    const stop = () => {
      clearTimeout(timer)
      request.off('data', onData).off('end', stop).off('close', stop)
      request.pause()
      resolve()
    }
    const onData = (chunk: Buffer) => {
      sizeBytes += chunk.length
      if (sizeBytes > MAX_DRAINED_BYTES) stop()
    }
    const timer = setTimeout(stop, MAX_DRAIN_MS)
    // Whoever gave up on the body has paused it, and listening alone does not undo that.
    request.on('data', onData).once('end', stop).once('close', stop).resume()
  })
}
