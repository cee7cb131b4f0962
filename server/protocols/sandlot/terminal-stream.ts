import type { Duplex } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import type { Entry, SandboxTarget } from '../entry'
import type { LiveSockets } from '../live-sockets'
import type { Upgrade, UpgradeRoute } from '../site'
import { acceptHandshake, websocketKey } from './websocket-handshake'

/** What the other end gets to say goodbye once one end is closed. */
const CLOSE_GRACE_MS = 2_000
/** A vanished browser is noticed by the kernel's probes. */
const KEEP_ALIVE_MS = 30_000

/**
 * A terminal's stream. Who may write is checked here, once; after that the browser's and the agent's sockets are piped into
 * one another, byte for byte: nothing on this way parses, logs or copies per key.
 */
export function terminalStreamRoute(entry: Entry, live: LiveSockets): UpgradeRoute<SandboxTarget> {
  return {
    method: 'GET',
    pattern: '/terminals/:id/stream',
    async handle(upgrade, target) {
      const principal = await entry.authorize(upgrade, target, 'view')
      const agent = await entry.sandboxes.connect(target.id)
      const role = principal.role === 'view' ? ('viewer' as const) : askedRole(upgrade)
      const options = { offset: askedOffset(upgrade), role, key: websocketKey(upgrade.request) }
      const { stream, head } = await agent.openTerminal(upgrade.params.id ?? '', options)
      join(upgrade, stream, head, (end) => live.hold(principal, end))
    },
  }
}

function join(
  upgrade: Upgrade,
  agent: Duplex,
  agentHead: Buffer,
  hold: (end: () => void) => () => void,
): void {
  const browser = upgrade.socket
  const destroyBoth = () => {
    browser.destroy()
    agent.destroy()
  }
  try {
    const release = hold(destroyBoth)
    browser.once('close', release)
  } catch (error) {
    agent.destroy()
    throw error
  }
  prepare(browser)
  prepare(agent)
  acceptHandshake(upgrade.request, browser)
  browser.write(agentHead)
  agent.write(upgrade.head)
  for (const stream of [agent, browser]) {
    // Either may have last bytes to write when the other is gone already.
    for (const event of ['end', 'close'])
      stream.once(event, () => setTimeout(destroyBoth, CLOSE_GRACE_MS).unref())
    stream.once('error', destroyBoth)
  }
  agent.pipe(browser)
  browser.pipe(agent)
}

/** Keys are sent as they come, and a half-open connection is not kept for ever. */
function prepare(stream: Duplex): void {
  if ('setNoDelay' in stream && typeof stream.setNoDelay === 'function') stream.setNoDelay(true)
  if ('setTimeout' in stream && typeof stream.setTimeout === 'function') stream.setTimeout(0)
  if ('setKeepAlive' in stream && typeof stream.setKeepAlive === 'function') {
    stream.setKeepAlive(true, KEEP_ALIVE_MS)
  }
}

/** Who opens a terminal without a word wants to type. */
function askedRole({ context }: Upgrade): 'writer' | 'reader' {
  const role = context.query.get('role') ?? 'writer'
  if (role === 'writer' || role === 'reader') return role
  throw new SandboxError('bad_request', 'role must be writer or reader.')
}

function askedOffset({ context }: Upgrade): number | null {
  const text = context.query.get('offset')
  if (text === null) return null
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new SandboxError('bad_request', 'offset must be a whole number, the byte to go on from.')
}
