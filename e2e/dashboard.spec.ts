import { EventEmitter, once } from 'node:events'
import type { Locator } from '@playwright/test'
import { expect, test } from './fixtures'
import { Workbench } from './workbench'

test('a sandbox is made by the keyboard alone', async ({ dashboard, page }) => {
  await page.keyboard.press('Tab')
  const name = page.getByRole('textbox', { name: 'Name' })
  for (let steps = 0; steps < 10 && !(await isFocused(name)); steps++) await page.keyboard.press('Tab')
  await page.keyboard.type('by hand')
  await page.keyboard.press('Tab')
  await expect(dashboard.newSandbox).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: 'Node.js' })).toBeChecked()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/play\//)
  await new Workbench(page).waitForPrompt()
  await expect(page.getByRole('heading', { name: 'by hand' })).toBeVisible()
  await expect(new Workbench(page).treeItem('package.json')).toBeVisible()
})

test('however often it is pressed, one sandbox is made, and the button says that it is busy', async ({
  dashboard,
  page,
  server,
}) => {
  // Held up, so that what happens meanwhile can be looked at; it is the real server that answers.
  const gate = new EventEmitter()
  const opened = once(gate, 'open')
  const made: string[] = []
  await page.route('**/api/app/sandboxes', async (route) => {
    if (route.request().method() === 'POST') {
      made.push(route.request().url())
      await opened
    }
    await route.continue()
  })
  await dashboard.newSandbox.dblclick()
  await expect(dashboard.newSandbox).toHaveAttribute('aria-busy', 'true')
  await expect(page.getByRole('status').filter({ hasText: 'Making the sandbox' })).toBeAttached()
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Name' }).press('Enter')
  gate.emit('open')
  await page.waitForURL(/\/play\//)
  expect(made).toHaveLength(1)
  expect(await (await server.sandboxes()).list()).toHaveLength(1)
})

test('a failure is said where it happened, and the next try works', async ({ dashboard, page, server }) => {
  await server.kill()
  await dashboard.newSandbox.click()
  await expect(page.getByRole('main').getByRole('alert').first()).toContainText(/reach|connect/i)
  await expect(dashboard.newSandbox).not.toHaveAttribute('aria-busy', 'true')
  await server.start()
  await dashboard.newSandbox.click()
  await page.waitForURL(/\/play\//)
})

async function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === document.activeElement)
}
