let last: Promise<unknown> = Promise.resolve()

/** Runs when all that came before is done, whatever came of it. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work)
  last = result.catch(() => undefined)
  return result
}
