import { accessibilityFindings as findings } from './accessible'
import { expect, test } from './fixtures'

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('sign-in', async ({ page, server }) => {
      await page.goto(`${server.url}/sign-in`)
      await expect(page.getByRole('heading').first()).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('dashboard, empty and with a sandbox', async ({ dashboard, page, server }) => {
      expect(await findings(page)).toEqual([])
      const sandboxes = await server.sandboxes()
      const { sandboxId } = await sandboxes.create({ name: 'accessible' })
      await page.reload()
      await expect(dashboard.rows).toHaveCount(1)
      expect(await findings(page)).toEqual([])
      await sandboxes.delete(sandboxId)
    })

    test('keys', async ({ dashboard, page, server }) => {
      await dashboard.isShown()
      await page.goto(`${server.url}/keys`)
      await expect(page.getByRole('heading').first()).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('dialogs and menus of the dashboard', async ({ dashboard, page, server }) => {
      await (await server.sandboxes()).create({ name: 'asked about' })
      await page.reload()
      await dashboard.isShown()
      const actions = page.getByRole('button', { name: 'Actions for asked about' })
      await actions.click()
      expect(await findings(page)).toEqual([])
      await page.getByRole('menuitem', { name: 'End…' }).click()
      await expect(page.getByRole('alertdialog')).toBeVisible()
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await expect(actions).toBeFocused()
      await page.goto(`${server.url}/keys`)
      await page.getByRole('button', { name: 'New key' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('workbench', async ({ openSandbox, page }) => {
      const workbench = await openSandbox('Node.js')
      await workbench.openFile('server.js')
      expect(await findings(page)).toEqual([])
      await workbench.panel('Processes').click()
      await expect(page.getByRole('region', { name: 'Processes' })).toBeVisible()
      await page.keyboard.press('F1')
      await expect(page.getByRole('dialog')).toBeVisible()
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await workbench.fileMenu('server.js', 'Delete')
      await expect(page.getByRole('alertdialog')).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('a phone', async ({ openSandbox, page, server }) => {
      const workbench = await openSandbox('Node.js')
      await workbench.openFile('server.js')
      await page.setViewportSize({ width: 390, height: 844 })
      for (const part of ['Files', 'Code', 'Terminal', 'Preview', 'More']) {
        await page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name: part }).click()
        expect(await findings(page), part).toEqual([])
      }
      await page.goto(server.url)
      await expect(page.getByRole('table')).toBeVisible()
      expect(await findings(page)).toEqual([])
    })
  })
}

test('the keyboard gets out of the terminal, the editor and the palette', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Node.js')
  await workbench.type('')
  const input = workbench.terminal.locator('textarea')
  await expect(input).toBeFocused()
  await page.keyboard.press('Control+`')
  await expect(workbench.panel('Terminal')).toBeFocused()
  await page.keyboard.press('Control+`')
  await expect(input).toBeFocused()
  await page.keyboard.press('F1')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(input).toBeFocused()

  await workbench.openFile('server.js')
  await workbench.editor.click()
  const text = await workbench.editor.innerText()
  // The editor's own key: from here on Tab leaves, instead of indenting.
  await page.keyboard.press('Control+M')
  await page.keyboard.press('Tab')
  expect(await workbench.editor.evaluate((editor) => editor.contains(document.activeElement))).toBe(false)
  expect(await workbench.editor.innerText()).toBe(text)
})
