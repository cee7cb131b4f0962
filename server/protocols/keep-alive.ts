import type { WebSocket } from 'ws'

/** Below the minute of silence after which proxies close a connection. */
const PING_INTERVAL_MS = 30_000

/** A browser that vanished without a word is noticed at the second ping. */
export function keepAlive(socket: WebSocket): () => void {
  let isAlive = true
  socket.on('pong', () => {
    isAlive = true
  })
  const timer = setInterval(() => {
    if (!isAlive) socket.terminate()
    isAlive = false
    socket.ping()
  }, PING_INTERVAL_MS)
  return () => clearInterval(timer)
}
