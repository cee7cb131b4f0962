import { expect, test } from './fixtures'
import type { Workbench } from './workbench'

test('an open file follows what programs do to it', async ({ openSandbox, page }) => {
  const workbench = await openNotes(openSandbox)
  await workbench.run('echo second >> notes.txt')
  await expect(workbench.editor.getByText('second')).toBeVisible()
  // Git writes another file and puts it in the place of the first.
  await workbench.run('git checkout -q notes.txt')
  await expect(workbench.editor.getByText('second')).toBeHidden()
  await expect(workbench.editor.getByText('first')).toBeVisible()
  await expect(workbench.editorTab('notes.txt, unsaved')).toBeHidden()

  const deleted = page.getByRole('alert').filter({ hasText: 'notes.txt was deleted in the sandbox' })
  await workbench.run('rm notes.txt')
  await expect(deleted).toBeVisible()
  await page.getByRole('button', { name: 'Save it again' }).click()
  await expect(deleted).toBeHidden()
  await workbench.expectOutput('cat notes.txt', 'first')
})

test('an edit and a change from outside meet as a conflict', async ({ openSandbox, page }) => {
  const workbench = await openNotes(openSandbox)
  const conflict = page.getByRole('alert').filter({ hasText: 'was changed in the sandbox since you began' })

  await workbench.editor.click()
  await page.keyboard.type('mine ')
  await workbench.run('echo theirs > notes.txt')
  await expect(conflict).toBeVisible()
  await page.getByRole('button', { name: 'Compare' }).click()
  const sides = page.locator('.monaco-diff-editor')
  await expect(sides.locator('.editor.original')).toContainText('theirs')
  await expect(sides.locator('.editor.modified')).toContainText('mine')
  await page.getByRole('button', { name: 'Back to editing' }).click()
  await page.getByRole('button', { name: 'Overwrite' }).click()
  await expect(conflict).toBeHidden()
  await workbench.expectOutput('grep -c mine notes.txt', '1')

  await workbench.editor.click()
  await page.keyboard.type('more ')
  await workbench.run('echo theirs again > notes.txt')
  await page.getByRole('button', { name: 'Take theirs' }).click()
  await expect(workbench.editor.getByText('theirs again')).toBeVisible()
  await expect(workbench.editorTab('notes.txt')).toHaveAccessibleName('notes.txt')
})

/** A file under Git, open in the editor. */
async function openNotes(openSandbox: (template: string) => Promise<Workbench>): Promise<Workbench> {
  const workbench = await openSandbox('Blank')
  const commit = 'git -c user.name=me -c user.email=me@example.com commit -qm first'
  await workbench.run(
    `echo first > notes.txt && git init -q && git add . && ${commit} && echo "has"" history"`,
  )
  await workbench.expectScreen(/has history/)
  await workbench.openFile('notes.txt')
  await expect(workbench.editor.getByText('first')).toBeVisible()
  return workbench
}
