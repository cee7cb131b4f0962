export type Query = Record<string, string | number | boolean | readonly string[] | undefined>

/** With its question mark; a list becomes a repeated parameter. */
export function queryString(query: Query | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : value === undefined ? [] : [String(value)]).map(
      (each: string) => `${name}=${encodeURIComponent(each)}`,
    ),
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
