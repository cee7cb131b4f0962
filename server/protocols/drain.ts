import type { IncomingMessage } from 'node:http'

/** What a refused client is let finish sending, so that it reads the refusal instead of a broken connection. */
interface DrainBounds {
  maxBytes: number
  maxMs: number
}
export const OTHERWISE: DrainBounds = { maxBytes: 8 * 1024 * 1024, maxMs: 1_000 }
export const AFTER_TOO_LARGE: DrainBounds = { maxBytes: 256 * 1024 * 1024, maxMs: 5_000 }

/** Takes and drops the rest of a body, where it is short. */
export function drain(request: IncomingMessage, { maxBytes, maxMs }: DrainBounds): Promise<void> {
  const isLong = Number(request.headers['content-length'] ?? 0) > maxBytes
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
      if (sizeBytes > maxBytes) stop()
    }
    const timer = setTimeout(stop, maxMs)
    // Whoever gave up on the body has paused it, and listening alone does not undo that.
    request.on('data', onData).once('end', stop).once('close', stop).resume()
  })
}
