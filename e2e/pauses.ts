import type { Page } from '@playwright/test'

/** Longer than any frame of a page that answers; a person notices it. */
export const FROZEN_MS = 1000

/** The longest time for which the page's own code could not run, from now on. */
export async function watchPauses(page: Page): Promise<() => Promise<number>> {
  const watch = await page.evaluateHandle(() => {
    const watch = { longestMs: 0 }
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watch.longestMs = Math.max(watch.longestMs, duration)
    })
    observer.observe({ type: 'longtask' })
    return watch
  })
  return () => watch.evaluate(({ longestMs }) => longestMs)
}
