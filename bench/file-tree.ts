import { type Browser, expect, type Page } from '@playwright/test'
import { launchChromium } from '../e2e/launch-chromium'
import type { BenchContext } from './figure'
import { redeem } from './redeem'

/**
 * From the click on a closed directory to the first paint of what is in it, in Chromium. Each is a directory that the
 * page has not listed before.
 */
export async function measureFirstPaint(
  { sandboxes }: BenchContext,
  sandboxId: string,
  directories: readonly string[],
): Promise<number[]> {
  const browser = await launchChromium()
  try {
    const page = await openWorkbench(browser, await sandboxes.open(sandboxId))
    const times: number[] = []
    for (const name of directories) times.push(await expandDirectory(page, name))
    return times
  } finally {
    await browser.close()
  }
}

async function openWorkbench(browser: Browser, { magicUrl }: { magicUrl: string }): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await redeem(page.context(), magicUrl)
  await page.goto(`${new URL(magicUrl).origin}/play/`)
  await expect(page.getByRole('treeitem').first()).toBeVisible()
  // The rest of the workbench comes after what is seen first.
  await page.waitForLoadState('networkidle')
  return page
}

async function expandDirectory(page: Page, name: string): Promise<number> {
  const row = page.getByRole('treeitem', { name, exact: true })
  const time = await row.evaluate(async (element) => {
    const tree = element.closest('[role=tree]')
    if (!(tree && element instanceof HTMLElement)) throw new Error('no tree')
    const startedAt = performance.now()
    const listed = new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (tree.querySelector('[role=treeitem][aria-level="2"]') === null) return
        observer.disconnect()
        resolve()
      })
      observer.observe(tree, { childList: true, subtree: true })
    })
    element.click()
    await listed
    // The first frame after the change is on its way to the screen when the next one begins.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    return performance.now() - startedAt
  })
  await row.click()
  return time
}
