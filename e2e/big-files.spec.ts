import { expect, test } from './fixtures'
import { FROZEN_MS, watchPauses } from './pauses'

const ENTRIES = 100_000

test('a directory of 100,000 entries opens, and the page answers meanwhile', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await workbench.run(`mkdir many && cd many && seq 1 ${ENTRIES} | xargs touch && cd .. && echo "ma""de"`)
  await workbench.expectScreen(/^made$/m, 60_000)
  const directory = workbench.treeItem('many')
  await directory.waitFor()

  const longestPause = await watchPauses(page)
  await directory.click()
  await expect(workbench.treeItem('1')).toBeVisible()
  await page.getByRole('tree').focus()
  await page.keyboard.press('End')
  await expect(workbench.treeItem('99999')).toBeVisible()
  await workbench.run('rm many/99999')
  await expect(workbench.treeItem('99999')).toBeHidden()
  expect(await longestPause()).toBeLessThan(FROZEN_MS)
})

test('of a file of 2 GB the editor offers the first part, and the page answers meanwhile', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('echo "the beginning" > huge.txt && truncate -s 2G huge.txt')
  const longestPause = await watchPauses(page)
  await workbench.treeItem('huge.txt').click()
  await expect(page.getByText('Too large to edit')).toBeVisible()
  await page.getByRole('button', { name: 'Open the first 1.0 MB to read' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'to read only' })).toContainText('of 2.1 GB')
  await expect(workbench.editor).toContainText('the beginning')
  await workbench.editor.click()
  await page.keyboard.type('typed')
  await workbench.run('echo "still"" here"')
  await workbench.expectScreen(/^still here$/m)
  await expect(workbench.editor).not.toContainText('typed')
  expect(await longestPause()).toBeLessThan(FROZEN_MS)
})
