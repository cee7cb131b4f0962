/** How numbers are said on screen: short, and the same everywhere. */

/** Time left, counted in the unit that people would use: `2 d`, `3 h 05 min`, `52 min`, `40 s`. */
export function formatTimeLeft(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d`
}

/** How long ago something began, for a column of a table. */
export function formatAge(ms: number): string {
  return formatTimeLeft(Math.max(0, ms))
}
