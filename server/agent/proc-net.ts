export interface Listener {
  port: number
  address: string
  /** Of the socket, by which its owner is found. */
  inode: string
}

const LISTEN = '0A'

/** The listening sockets in /proc/net/tcp or tcp6, see proc(5). */
export function parseProcNet(text: string): Listener[] {
  const listeners: Listener[] = []
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    const [, local = '', , state] = fields
    const inode = fields[9]
    const [address, port] = local.split(':')
    if (state !== LISTEN || !address || !port || !inode) continue
    listeners.push({ port: Number.parseInt(port, 16), address: parseAddress(address), inode })
  }
  return listeners
}

/** Groups of four bytes, each printed as a number of this machine, which is little-endian. */
function parseAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((group) => [...Buffer.from(group, 'hex').reverse()])
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  if (isMapped) return bytes.slice(12).join('.')
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  )
  return shorten(groups)
}

/** The longest run of zeros becomes `::`. */
function shorten(groups: string[]): string {
  const runs = [...groups.join(':').matchAll(/\b0(?::0)+\b/g)]
  const longest = runs.sort((a, b) => b[0].length - a[0].length)[0]
  if (!longest) return groups.join(':')
  const text = groups.join(':')
  const before = text.slice(0, longest.index).replace(/:$/, '')
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '')
  return `${before}::${after}`
}
