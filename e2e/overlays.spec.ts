import type { Page } from '@playwright/test'
import { accessibilityFindings } from './accessible'
import { expect, test } from './fixtures'
import { openAs } from './open-as'

test("a template's files come into a folder, by links or whole, and stay when the record goes", async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await openOverlays(page)
  await expect(dialog(page).getByText('Nothing yet.')).toBeVisible()
  await dialog(page)
    .getByRole('radio', { name: /^Node\.js/ })
    .click()
  await dialog(page).getByRole('textbox', { name: 'Leave out' }).fill('*.md, public')
  await dialog(page).getByRole('button', { name: 'Add files' }).click()
  const linked = rows(page).filter({ hasText: 'packages linked' })
  await expect(linked).toContainText('In place')
  await linked.getByText('left out').click()
  await expect(linked.getByRole('listitem').filter({ hasText: 'README.md' })).toBeVisible()

  await dialog(page).getByRole('textbox', { name: 'Folder' }).fill('whole')
  await dialog(page)
    .getByRole('radio', { name: /^Copy everything/ })
    .click()
  await dialog(page).getByRole('button', { name: 'Add files' }).click()
  const copied = rows(page).filter({ hasText: 'whole' })
  await expect(copied).toContainText(/In place · [\d,]{3,} files/, { timeout: 60_000 })

  await copied.getByRole('button', { name: /^Remove .* from the list/ }).click()
  await expect(workbench.toast.filter({ hasText: 'The files stay.' })).toBeVisible()
  await expect(rows(page)).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Sandbox menu' })).toBeFocused()
  await expect(workbench.treeItem('whole')).toHaveAttribute('aria-expanded', 'true')
  // The linked packages, and the copied ones: both are folders in the tree.
  await expect(page.getByRole('treeitem', { name: 'node_modules', expanded: false })).toHaveCount(2)
  await workbench.expectOutput(
    '[ -L node/node_modules ] && [ ! -L whole/node_modules ] && ls node whole | grep -c server.js; ls node | grep -c README',
    '2\n0',
  )
})

test('while packages are copied it is seen how far they are, and it can be stopped', async ({
  openSandbox,
  page,
}) => {
  await openSandbox('Blank')
  await openOverlays(page)
  // As a machine with a slow disk answers, for as long as it is looked at.
  await page.evaluate(() => {
    const { fetch } = window
    window.fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (!String(input).endsWith('/filesystem/overlays')) return response
      return new Response((await response.text()).replaceAll('"complete"', '"in_progress"'), response)
    }
  })
  await dialog(page)
    .getByRole('radio', { name: /^Copy everything/ })
    .click()
  await dialog(page).getByRole('button', { name: 'Add files' }).click()
  await expect(rows(page).getByRole('status')).toContainText(/Copying… .* so far/)
  await rows(page)
    .getByRole('button', { name: /^Remove/ })
    .click()
  await expect(page.getByRole('alertdialog')).toContainText('What is copied so far stays')
  await page.getByRole('button', { name: 'Stop copying' }).click()
  await expect(dialog(page).getByText('Nothing yet.')).toBeVisible()
})

test('what is wrong is said beside the button', async ({ openSandbox, page }) => {
  await openSandbox('Blank')
  await openOverlays(page)
  for (const [folder, reason] of [
    ['../out', /cannot contain/],
    ['/etc', /is relative to/],
  ] as const) {
    await dialog(page).getByRole('textbox', { name: 'Folder' }).fill(folder)
    await page.keyboard.press('Enter')
    await expect(dialog(page).getByRole('alert')).toContainText(reason)
  }
  await expect(dialog(page).getByText('Nothing yet.')).toBeVisible()
})

test('who may edit adds files, who may only look sees which there are', async ({
  openSandbox,
  page,
  server,
}) => {
  const { sandboxId } = await openSandbox('Blank')
  await openAs(page, server, sandboxId, 'edit')
  await openOverlays(page)
  await dialog(page)
    .getByRole('radio', { name: /^Python/ })
    .click()
  await dialog(page).getByRole('button', { name: 'Add files' }).click()
  await expect(rows(page)).toContainText('In place')

  await openAs(page, server, sandboxId, 'view')
  await page.getByRole('button', { name: 'Sandbox menu' }).click()
  await page.getByRole('menuitem', { name: "Templates' files…" }).click()
  const seen = page.getByRole('dialog', { name: "Templates' files" })
  await expect(seen.getByRole('listitem').filter({ hasText: 'Python' })).toContainText('In place')
  await expect(seen.getByRole('button', { name: /Add|Remove/ })).toHaveCount(0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('templates are for everybody, on a desktop and on a phone', async ({ openSandbox, page }) => {
      await openSandbox('Blank')
      await openOverlays(page)
      await dialog(page).getByRole('textbox', { name: 'Folder' }).fill('one')
      await page.keyboard.press('Enter')
      await expect(rows(page)).toContainText('In place')
      expect(await accessibilityFindings(page)).toEqual([])
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await accessibilityFindings(page)).toEqual([])
    })
  })
}

async function openOverlays(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sandbox menu' }).click()
  await page.getByRole('menuitem', { name: "Add a template's files…" }).click()
}

function dialog(page: Page) {
  return page.getByRole('dialog', { name: "Add a template's files" })
}

/** Not the items inside of them. */
function rows(page: Page) {
  return dialog(page).locator('ul[aria-label="Added files"] > li')
}
