import type { Page } from '@playwright/test'
import { accessibilityFindings } from './accessible'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'
import { openAs } from './open-as'
import { Workbench } from './workbench'

test('a snapshot brings the old files back, and what was unsaved stays in the editor', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Node.js')
  await workbench.run('echo of-before > kept.txt')
  await expect(workbench.treeItem('kept.txt')).toBeVisible()
  await takeSnapshot(page, 'before the change')
  await page.keyboard.press('Escape')

  await workbench.run('echo of-after > kept.txt; mkdir made-since; rm package.json; sleep 1000 & true')
  await expect(workbench.treeItem('made-since')).toBeVisible()
  await workbench.openFile('kept.txt')
  await expect(workbench.editor).toContainText('of-after')
  // So that it stays open beside the next.
  await workbench.editorTab('kept.txt').dblclick()
  await workbench.openFile('README.md')
  await workbench.editor.click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.type('typed and not saved ')

  await openSnapshots(page)
  await dialog(page).getByRole('button', { name: 'Restore before the change' }).click()
  const question = page.getByRole('alertdialog')
  await expect(question).toContainText(
    'what was made or changed since is lost, and everything that runs ends',
  )
  await expect(question).toContainText('1 file has unsaved edits: they stay in the editor')
  await question.getByRole('button', { name: 'Restore' }).click()
  await expect(workbench.toast.filter({ hasText: 'Restored' })).toBeVisible({ timeout: 60_000 })

  await expect(workbench.treeItem('package.json')).toBeVisible()
  await expect(workbench.treeItem('made-since')).toBeHidden()
  await expect(workbench.editor).toContainText('typed and not saved')
  await expect(workbench.editorTab('README.md, unsaved')).toBeVisible()
  await workbench.editorTab('kept.txt').click()
  await expect(workbench.editor).toContainText('of-before')
  // A new terminal, and nothing of before runs in it.
  await workbench.waitForPrompt()
  await workbench.expectOutput('pgrep -c sleep; cat kept.txt', '0\nof-before')
  // Events come again.
  await workbench.run('echo x > made-after')
  await expect(workbench.treeItem('made-after')).toBeVisible()
})

test('a new sandbox begins with a snapshot, also when the first one has ended', async ({
  dashboard,
  openSandbox,
  page,
  context,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('echo carried > over.txt')
  await expect(workbench.treeItem('over.txt')).toBeVisible()
  await takeSnapshot(page, 'to go on from')
  const opening = context.waitForEvent('page')
  await page.getByRole('button', { name: 'Actions for to go on from' }).click()
  await page.getByRole('menuitem', { name: 'New sandbox from it' }).click()
  const second = await opening
  await expect(second.getByRole('heading', { name: 'Begins with a snapshot' })).toBeVisible()
  await expect(second.getByText('to go on from').first()).toBeVisible()
  await new Dashboard(second).newSandbox.click()
  await second.waitForURL('**/play/')
  const copy = new Workbench(second)
  expect(copy.sandboxId).not.toBe(workbench.sandboxId)
  await copy.waitForPrompt()
  await copy.expectOutput('cat over.txt', 'carried')

  await (await server.sandboxes()).delete(workbench.sandboxId)
  await page.goto(server.url)
  await dashboard.isShown()
  const row = snapshotRows(page).filter({ hasText: 'to go on from' })
  await expect(row).toContainText('an ended sandbox')
  await row.getByRole('button', { name: 'New sandbox from to go on from' }).click()
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.type('third')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/play/')
  await expect(new Workbench(page).treeItem('over.txt')).toBeVisible()

  await page.goto(server.url)
  await row.getByRole('button', { name: 'Delete to go on from' }).click()
  await page.getByRole('button', { name: 'Delete snapshot' }).click()
  await expect(page.getByText('None yet. Take one in a sandbox')).toBeVisible()
})

test('a snapshot that is gone is said, and a template is still to be had', async ({
  dashboard,
  page,
  server,
}) => {
  await dashboard.isShown()
  await page.goto(`${server.url}/?from=snap_of_nobody`)
  await expect(page.getByRole('alert').filter({ hasText: 'This snapshot is gone' })).toBeVisible()
  await dashboard.newSandbox.click()
  await expect(page.getByRole('alert').filter({ hasText: 'There is no such snapshot' })).toBeVisible()
  await page.getByRole('button', { name: 'Use a template instead' }).click()
  await dashboard.createSandbox('Blank')
})

test('a failure that comes late, as a sentence, is said', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await takeSnapshot(page, 'fine')
  // What a server says after 20 seconds of copying, without making anybody wait for them.
  await page.route('**/sandbox/snapshots', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 201,
          contentType: 'application/json',
          body: '  The disk of the machine is full.',
        })
      : route.continue(),
  )
  await dialog(page).getByRole('button', { name: 'Take snapshot' }).click()
  await expect(dialog(page).getByRole('alert')).toHaveText('The disk of the machine is full.')
  await page.route('**/sandbox/restore', (route) =>
    route.fulfill({ contentType: 'application/json', body: ' Its files are damaged.' }),
  )
  await dialog(page).getByRole('button', { name: 'Restore fine' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restore' }).click()
  await expect(workbench.toast.filter({ hasText: 'Not restored. Its files are damaged.' })).toBeVisible()
  await workbench.waitForPrompt()
})

test('they are deleted after a question, and are for the owner alone', async ({
  openSandbox,
  page,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  await takeSnapshot(page, '')
  await page.getByRole('button', { name: /^Actions for the snapshot of/ }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByRole('button', { name: 'Delete snapshot' }).click()
  await expect(dialog(page).getByText('None yet.')).toBeVisible()
  const { sandboxId } = workbench
  await openAs(page, server, sandboxId, 'edit')
  await page.getByRole('button', { name: 'Sandbox menu' }).click()
  await expect(page.getByRole('menuitem', { name: "Add a template's files…" })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Snapshots…' })).toHaveCount(0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('snapshots are for everybody, on a desktop and on a phone', async ({
      openSandbox,
      page,
      server,
    }) => {
      await openSandbox('Blank')
      await openSnapshots(page)
      await expect(dialog(page).getByText('None yet.')).toBeVisible()
      expect(await accessibilityFindings(page)).toEqual([])
      await takeSnapshot(page, 'seen')
      expect(await accessibilityFindings(page)).toEqual([])
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await accessibilityFindings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.goto(`${server.url}`)
      await snapshotRows(page).getByRole('button', { name: 'New sandbox from seen' }).click()
      expect(await accessibilityFindings(page)).toEqual([])
      await page.setViewportSize({ width: 1440, height: 900 })
      expect(await accessibilityFindings(page)).toEqual([])
    })
  })
}

async function openSnapshots(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sandbox menu' }).click()
  await page.getByRole('menuitem', { name: 'Snapshots…' }).click()
}

/** Leaves the dialog open. */
async function takeSnapshot(page: Page, name: string): Promise<void> {
  if (!(await dialog(page).isVisible())) await openSnapshots(page)
  await dialog(page).getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog(page).getByRole('button', { name: 'Take snapshot' }).click()
  const item = dialog(page).getByRole('list', { name: 'Snapshots' }).getByRole('listitem')
  await expect(item.filter({ hasText: name || 'No name' })).toBeVisible({ timeout: 60_000 })
}

function dialog(page: Page) {
  return page.getByRole('dialog', { name: 'Snapshots' })
}

function snapshotRows(page: Page) {
  return page
    .getByRole('table', { name: 'Your snapshots' })
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader') })
}
