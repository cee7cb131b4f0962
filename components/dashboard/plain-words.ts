const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A time in the past as one would say it: "now", "5 min ago", "yesterday", "12 Nov". */
export function timeAgo(iso: string, now: number): string {
  const time = Date.parse(iso)
  if (Number.isNaN(time)) return 'unknown'
  const age = now - time
  if (age < MINUTE_MS) return 'now'
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min ago`
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`
  if (age < 2 * DAY_MS) return 'yesterday'
  return shortDate(time, now)
}

function shortDate(time: number, now: number): string {
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear()
  const year = isThisYear ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...year }).format(time)
}

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Decimal units, as disks are sold: "214 MB", "1.2 GB". */
export function sizeInWords(bytes: number): string {
  let value = bytes
  let unit = 0
  // 999.5 would be rounded to 1000.
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = value < 9.95 && unit > 1 ? 1 : 0
  return `${value.toFixed(digits)} ${SIZE_UNITS[unit]}`
}
