import { SandboxError } from '@/lib/errors'

/**
 * One range of a `Range` header as start and end (exclusive), or `undefined` where the whole is to be sent: no header, a
 * form that is not understood, or several ranges, all of which RFC 9110 lets a server ignore.
 */
export function parseRange(
  header: string | null,
  sizeBytes: number,
): { start: number; end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  if (start >= sizeBytes || end <= start) {
    throw new SandboxError(
      'range_not_satisfiable',
      `The file has ${sizeBytes} bytes; the range lies outside of them.`,
    )
  }
  return { start, end }
}
