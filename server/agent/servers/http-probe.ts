/** Nobody sends more before the status that counts: interim answers, each with a few headers. */
const MAX_HEAD_BYTES = 16 * 1024
/**
 * A connection that is broken off ends careless programs: it is closed in order instead, and broken off only when the other
 * side does not close it in this time, or goes on talking.
 */
const LINGER_MS = 1_000
const MAX_REST_BYTES = 256 * 1024
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |\r?\n|\r)/

export interface Probe {
  /** As it is listened on. */
  address: string
  port: number
  /** Begins with a slash; printable ASCII. */
  path: string
  timeoutMs: number
}

/**
 * The HTTP status of `GET path`; `null` where there is none in time. Of the answer nothing is read beyond its first lines,
 * and no address but this one is ever asked.
 */
export async function probeHttp(probe: Probe): Promise<number | null> {
  const deadline = performance.now() + probe.timeoutMs
  for (const host of hostsOf(probe.address)) {
    const status = await ask(host, probe, deadline - performance.now())
    if (status !== 'unreachable') return status
  }
  return null
}

function hostsOf(address: string): string[] {
  return address === '0.0.0.0' || address === '::' ? ['127.0.0.1', '::1'] : [address]
}

async function ask(
  hostname: string,
  { port, path, timeoutMs }: Probe,
  leftMs: number,
): Promise<number | null | 'unreachable'> {
  const answer = Promise.withResolvers<number | null>()
  const timer = setTimeout(() => answer.resolve(null), Math.min(Math.max(leftMs, 0), timeoutMs))
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUser-Agent: sandlot-health\r\nAccept: */*\r\nConnection: close\r\n\r\n`
  let head = ''
  let restBytes = 0
  let isDone = false
  const connecting = Bun.connect({
    hostname,
    port,
    socket: {
      open: (tcp) => void tcp.write(request),
      data: (tcp, bytes) => {
        if (head.length > MAX_HEAD_BYTES || isDone) {
          restBytes += bytes.length
          if (restBytes > MAX_REST_BYTES) tcp.terminate()
          return
        }
        head += bytes.toString('latin1', 0, MAX_HEAD_BYTES)
        const status = statusOf(head)
        if (status !== undefined || head.length > MAX_HEAD_BYTES) answer.resolve(status ?? null)
      },
      close: () => answer.resolve(null),
      error: () => answer.resolve(null),
    },
  })
  try {
    // One that is slow to take the connection has until the same end.
    await Promise.race([connecting, answer.promise])
    return await answer.promise
  } catch {
    return 'unreachable'
  } finally {
    isDone = true
    clearTimeout(timer)
    connecting.then(closeInOrder).catch(() => undefined)
  }
}

function closeInOrder(tcp: Bun.Socket): void {
  tcp.end()
  setTimeout(() => tcp.terminate(), LINGER_MS).unref()
}

/** Past interim answers; `undefined` while more may come, `null` for what is no HTTP. */
export function statusOf(text: string): number | null | undefined {
  let rest = text
  for (;;) {
    if (rest.length < 13) return rest === '' || 'HTTP/1.'.startsWith(rest.slice(0, 7)) ? undefined : null
    const status = Number(STATUS_LINE.exec(rest)?.[1] ?? 0)
    if (status < 100 || status > 599) return null
    if (status >= 200) return status
    const end = /\r?\n\r?\n/.exec(rest)
    if (!end) return undefined
    rest = rest.slice(end.index + end[0].length)
  }
}
