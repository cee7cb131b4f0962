import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Port, PortsMessage } from '@/server/agent-contract'
import { type Listener, parseProcNet } from './proc-net'
import type { Socket, SocketHandler } from './router'

/** Open and close are told within a second. Read only while somebody listens; one look costs 50 µs. */
const LOOK_INTERVAL_MS = 400
/** A listener may be seen before its owner can be; after so many looks it has none that may be seen. */
const MAX_OWNER_LOOKS = 3

interface Owner {
  pid: number | null
  processName: string | null
}
interface Seen extends Owner {
  looks: number
}
interface Open {
  inode: string
  port: Port
}

let owners = new Map<string, Seen>()
let known = new Map<number, Open>()
const subscribers = new Set<(message: PortsMessage) => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** GET /ports */
export function listPorts(): Port[] {
  return [...look().values()].map((open) => open.port)
}

/** Where a port listens, for those that do so on no loopback address. */
export function addressOf(port: number): string | undefined {
  return listListeners().find((listener) => listener.port === port)?.address
}

/** WS /ports/events */
export class PortEvents implements SocketHandler {
  #unsubscribe: (() => void) | undefined

  open(socket: Socket): void {
    this.#unsubscribe = subscribe((message) => socket.sendText(JSON.stringify(message)))
  }

  message(): void {
    // This stream only talks.
  }

  close(): void {
    this.#unsubscribe?.()
  }
}

function subscribe(send: (message: PortsMessage) => void): () => void {
  tellChanges()
  send({ type: 'ports', ports: [...known.values()].map((open) => open.port) })
  subscribers.add(send)
  timer ??= setInterval(tellChanges, LOOK_INTERVAL_MS)
  return () => {
    subscribers.delete(send)
    if (subscribers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tellChanges(): void {
  const before = known
  known = look()
  const tell = (message: PortsMessage) => {
    for (const send of subscribers) send(message)
  }
  for (const [number, { inode, port }] of before) {
    if (known.get(number)?.inode !== inode) tell({ type: 'close', port })
  }
  for (const [number, { inode, port }] of known) {
    if (before.get(number)?.inode !== inode) tell({ type: 'open', port })
  }
}

/** By port number: one that listens on IPv4 and IPv6 is told once. */
function look(): Map<number, Open> {
  const listeners = listListeners()
  findOwners(listeners)
  const open = new Map<number, Open>()
  for (const { port, address, inode } of listeners) {
    if (open.has(port)) continue
    const { pid = null, processName = null } = owners.get(inode) ?? {}
    open.set(port, { inode, port: { port, address, pid, processName } })
  }
  return open
}

function listListeners(): Listener[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => parseProcNet(readText(file) ?? ''))
}

/** Every process's descriptors are gone through only when there is a listener that was not here before. */
function findOwners(listeners: Listener[]): void {
  const next = new Map<string, Seen>()
  for (const { inode } of listeners) {
    next.set(inode, owners.get(inode) ?? { pid: null, processName: null, looks: 0 })
  }
  owners = next
  const unknown = [...owners].filter(([, owner]) => owner.pid === null && owner.looks < MAX_OWNER_LOOKS)
  if (unknown.length === 0) return
  const found = scanDescriptors(new Set(unknown.map(([inode]) => inode)))
  for (const [inode, { looks }] of unknown) {
    const owner = found.get(inode) ?? { pid: null, processName: null }
    owners.set(inode, { ...owner, looks: looks + 1 })
  }
}

function scanDescriptors(inodes: Set<string>): Map<string, Owner> {
  const found = new Map<string, Owner>()
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const inode = socketInode(`/proc/${pid}/fd/${fd}`)
      if (inode === undefined || !inodes.has(inode)) continue
      const processName = readText(`/proc/${pid}/comm`)?.trimEnd() ?? null
      found.set(inode, { pid: Number(pid), processName })
    }
    if (found.size === inodes.size) break
  }
  return found
}

function socketInode(link: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1]
  } catch {
    return undefined
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
