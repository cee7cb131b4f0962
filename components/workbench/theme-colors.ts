/** Tokens of the current theme, for the two engines that draw by themselves and know no CSS variables. */
export function readColor(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

/** A token with an opacity, as #rrggbbaa. */
export function readColorWithAlpha(token: string, alpha: number): string {
  return (
    readColor(token) +
    Math.round(alpha * 255)
      .toString(16)
      .padStart(2, '0')
  )
}
