import { fileURLToPath } from 'node:url'
import { type Browser, expect } from '@playwright/test'
import { Dashboard } from './dashboard'
import { launchChromium } from './launch-chromium'
import { RunningServer } from './running-server'
import { Workbench } from './workbench'

/** Wide enough for all panes; twice the pixels, since it is looked at on good screens. */
const VIEWPORT = { width: 1440, height: 900 }
const INSTALL_TIMEOUT_MS = 120_000

const server = await RunningServer.start()
const browser = await launchChromium()
try {
  for (const colorScheme of ['light', 'dark'] as const) await takeScreenshot(browser, colorScheme)
} finally {
  await browser.close()
  await server.dispose()
}

/** A Vite project at work: installed, served, previewed, a file open in the editor. */
async function takeScreenshot(browser: Browser, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({ viewport: VIEWPORT, deviceScaleFactor: 2, colorScheme })
  await page.goto(await server.newSignInUrl())
  await page.getByRole('button', { name: 'Sign in' }).click()
  const dashboard = new Dashboard(page)
  await dashboard.isShown()
  await dashboard.createSandbox('Vite + React')
  const workbench = new Workbench(page)
  await workbench.waitForPrompt()
  await workbench.run('npm install && npm run dev')
  await workbench.expectScreen(/Local:/, INSTALL_TIMEOUT_MS)
  const preview = await workbench.preview(5173)
  await expect(preview.getByRole('heading')).toBeVisible()
  await workbench.openFile('src', 'app.tsx')
  await expect(workbench.editor.getByText('useState').first()).toBeVisible()
  // The pointer rests on nothing, so that no tooltip is in the picture.
  await page.mouse.move(0, 0)
  await page.screenshot({
    path: fileURLToPath(new URL(`../docs/screenshot-${colorScheme}.png`, import.meta.url)),
    animations: 'disabled',
  })
  await page.close()
}
