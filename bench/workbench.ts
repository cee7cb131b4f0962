import { type Browser, type CDPSession, expect, type Page } from '@playwright/test'
import { launchChromium } from '../e2e/launch-chromium'
import { Workbench } from '../e2e/workbench'
import type { BenchContext, Measured } from './figure'
import { median } from './statistics'

const REPEATS = 5

interface Load {
  readyMs: number
  transferredBytes: number
}

/** (e) From navigation to a tree, an editor with a file and a prompt, in a browser that has nothing cached. */
export async function measureWorkbench(context: BenchContext): Promise<Measured> {
  const browser = await launchChromium()
  const loads: Load[] = []
  try {
    for (let index = 0; index < (context.isQuick ? 1 : REPEATS); index++)
      loads.push(await load(context, browser))
  } finally {
    await browser.close()
  }
  return {
    figures: [
      {
        name: '(e) workbench: tree, editor with a file, prompt',
        unit: 'ms',
        ours: median(loads.map(({ readyMs }) => readyMs)),
        peer: { name: 'code-server 4.100', value: 3200 },
        aim: 1000,
      },
      {
        name: '(e) workbench: transferred before that',
        unit: 'MB',
        ours: median(loads.map(({ transferredBytes }) => transferredBytes)) / 1e6,
        peer: { name: 'code-server 4.100', value: 3.9 },
        aim: 1.2,
      },
    ],
    notes: [
      '(e) the figures of code-server were measured once on such a machine, to its tree alone, not in this run.',
    ],
  }
}

async function load({ sandboxes }: BenchContext, browser: Browser): Promise<Load> {
  const { sandboxId } = await sandboxes.create({ templateId: 'vite-react' })
  const { magicUrl } = await sandboxes.open(sandboxId)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await redeem(page, magicUrl)
  const received = countBytes(await page.context().newCDPSession(page))
  const workbench = new Workbench(page)
  const startedAt = performance.now()
  await page.goto(`${new URL(magicUrl).origin}/play/`, { waitUntil: 'commit' })
  await Promise.all([
    expect(page.getByRole('treeitem').first()).toBeVisible(),
    expect(page.locator('.monaco-editor .view-line').first()).toBeVisible(),
    workbench.waitForPrompt(),
  ])
  const result = { readyMs: performance.now() - startedAt, transferredBytes: (await received)() }
  await page.context().close()
  await sandboxes.delete(sandboxId)
  return result
}

/** The cookie alone, by the POST that a click on the dashboard makes; the page that it leads to is not loaded yet. */
async function redeem(page: Page, magicUrl: string): Promise<void> {
  await page.route('**/play/**', (route) => route.abort())
  const arrived = page.waitForRequest('**/play/**')
  await page.setContent(`<form method="post" action="${magicUrl}"></form>`)
  await page.evaluate(() => document.forms[0]?.submit())
  await arrived
  await page.unroute('**/play/**')
}

/** Bytes over the network, compressed and with headers, as the browser counts them. */
async function countBytes(session: CDPSession): Promise<() => number> {
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await session.send('Network.enable')
  return () => bytes
}
