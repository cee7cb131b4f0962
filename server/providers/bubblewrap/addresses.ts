import { isIPv4 } from 'node:net'

/** A range of IPv4 addresses: `size` is a power of two and `first` a multiple of it. */
export interface Range {
  first: number
  size: number
}

export function parseRange(text: string): Range | null {
  const [address = '', bits = '32', ...rest] = text.split('/')
  if (rest.length > 0 || !isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return null
  const size = 2 ** (32 - Number(bits))
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return { first: number - (number % size), size }
}

export function formatRange({ first, size }: Range): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256)
  return `${parts.join('.')}/${32 - Math.log2(size)}`
}

export function overlaps(a: Range, b: Range): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size
}

/** What is left of `from` without `holes`, in as few ranges as there can be. */
export function subtractRanges(from: Range, holes: Range[]): Range[] {
  const cutting = holes.filter((hole) => overlaps(from, hole))
  if (cutting.length === 0) return [from]
  if (cutting.some((hole) => hole.size >= from.size)) return []
  const half = from.size / 2
  return [
    ...subtractRanges({ first: from.first, size: half }, cutting),
    ...subtractRanges({ first: from.first + half, size: half }, cutting),
  ]
}
