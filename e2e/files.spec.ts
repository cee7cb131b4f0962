import { writeFileSync } from 'node:fs'
import type { TestInfo } from '@playwright/test'
import { expect, test } from './fixtures'
import type { Workbench } from './workbench'

/** Names that scripts stumble over; all of them are names. */
const ODD_NAMES = [
  'two words.txt',
  `it's "quoted".txt`,
  '-rf',
  '$(reboot).sh',
  'שלום.txt',
  '%2e%2e%00.txt',
  `${'n'.repeat(251)}.txt`,
]

test('a file and a folder are made, renamed, moved and deleted', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await create(workbench, 'New folder', 'src')
  await workbench.treeItem('src').click()
  await create(workbench, 'New file', 'main.ts')
  await expect(workbench.editorTab('main.ts')).toHaveAttribute('aria-selected', 'true')
  await create(workbench, 'New file', 'lib/deep/util.ts')
  await expect(workbench.treeItem('util.ts')).toBeVisible()

  await workbench.fileMenu('main.ts', 'Rename')
  // The ending stays as it is: only what stands before it is selected.
  await page.keyboard.type('index')
  await page.keyboard.press('Enter')
  await expect(workbench.editorTab('index.ts')).toBeVisible()
  await workbench.treeItem('index.ts').dragTo(workbench.treeItem('deep'))
  await workbench.expectOutput('find . -type f | sort', './src/lib/deep/index.ts\n./src/lib/deep/util.ts')

  await workbench.fileMenu('lib', 'Delete')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(workbench.treeItem('lib')).toBeVisible()
  await workbench.fileMenu('lib', 'Delete')
  await expect(page.getByRole('alertdialog')).toContainText('everything in it')
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(workbench.treeItem('lib')).toBeHidden()
  await expect(workbench.editorTab('index.ts')).toBeHidden()
  await workbench.expectOutput('find .', '.\n./src')
})

test('names of every kind are made and renamed, and others are refused', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  for (const name of ODD_NAMES) {
    await create(workbench, 'New file', name)
    await expect(workbench.treeItem(name)).toBeVisible()
  }
  await workbench.expectOutput('ls -A | wc -l; ls -d -- -rf', `${ODD_NAMES.length}\n-rf`)

  await workbench.fileMenu('-rf', 'Rename')
  await page.keyboard.type('-n "new"')
  await page.keyboard.press('Enter')
  await workbench.expectOutput('ls -dN -- -*', '-n "new"')

  const field = await startName(workbench, 'New file')
  for (const refused of ['..', 'a//b', 'n'.repeat(256)]) {
    await field.fill(refused)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert').filter({ hasText: /name|bytes/i })).toBeVisible()
  }
  await page.keyboard.press('Escape')
  await expect(field).toBeHidden()
})

test('a name that is taken is refused, and nothing is lost', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('echo one > one.txt; echo two > two.txt')
  await expect(workbench.treeItem('two.txt')).toBeVisible()
  await create(workbench, 'New file', 'one.txt')
  await expect(workbench.toast).toContainText(/one\.txt/)
  await workbench.fileMenu('two.txt', 'Rename')
  await page.keyboard.type('one')
  await page.keyboard.press('Enter')
  await expect(workbench.toast.filter({ hasText: /exists/i }).first()).toBeVisible()
  await expect(workbench.treeItem('two.txt')).toBeVisible()
  await workbench.expectOutput('cat one.txt two.txt', 'one\ntwo')
})

test('files come by the chooser and by drag and drop', async ({ openSandbox, page }, testInfo) => {
  const workbench = await openSandbox('Blank')
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload files' }).click()
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256))
  await (await chooser).setFiles([
    { name: 'raw data.bin', mimeType: 'application/octet-stream', buffer: bytes },
    { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('first\n') },
  ])
  await expect(workbench.treeItem('raw data.bin')).toBeVisible()
  await workbench.expectOutput('stat -c %s *; cat note.txt', '6\n300000\nfirst')

  await workbench.run('mkdir into')
  await expect(workbench.treeItem('into')).toBeVisible()
  await workbench.dropFile(workbench.treeItem('into'), fileOf(testInfo, 'dropped.txt', 'from the desk'))
  await workbench.treeItem('into').click()
  await expect(workbench.treeItem('dropped.txt')).toBeVisible()
  // One of that name is there: asked about, and then replaced.
  await workbench.dropFile(page.getByRole('tree'), fileOf(testInfo, 'note.txt', 'second'))
  await page.getByRole('button', { name: 'Replace' }).click()
  await expect(page.getByRole('region', { name: 'Uploads' })).toBeHidden()
  await workbench.expectOutput('cat into/dropped.txt note.txt; echo', 'from the desksecond')
})

test('the tree is worked by the keyboard alone', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Static page')
  await workbench.run('mkdir -p a/b; touch a/b/c.txt')
  await expect(workbench.treeItem('a')).toBeVisible()
  await page.keyboard.press('Control+Shift+E')
  await expect(page.getByRole('tree')).toBeFocused()
  await page.keyboard.press('Home')
  for (const child of ['b', 'c.txt']) await stepInto(workbench, child)
  await page.keyboard.press('F2')
  await page.keyboard.type('renamed')
  await page.keyboard.press('Enter')
  await expect(workbench.treeItem('renamed.txt')).toBeVisible()
  // Back in the tree, on the row that was named.
  await expect(page.getByRole('tree')).toBeFocused()
  await page.keyboard.press('Delete')
  await page.getByRole('alertdialog').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(workbench.treeItem('renamed.txt')).toBeHidden()
  // And after a deletion on what stood beside it.
  await expect(page.getByRole('tree')).toBeFocused()
  await page.keyboard.press('Delete')
  await expect(page.getByRole('alertdialog', { name: 'Delete b?' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('alertdialog')).toBeHidden()
  await workbench.expectOutput('find a -type f | wc -l', '0')
})

test('a name cannot pretend to be another, and the deepest folder can be seen', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  const deep = Array.from({ length: 30 }, (_, index) => `level-${index + 1}`)
  await workbench.run(
    `touch $'invoice-\\u202efdp.exe'; mkdir -p ${deep.join('/')}; touch ${deep.join('/')}/leaf.ts`,
  )
  await expect(workbench.treeItem('invoice-\\u202Efdp.exe')).toBeVisible()

  await page.keyboard.press('Control+Shift+E')
  await expect(page.getByRole('tree')).toBeFocused()
  await page.keyboard.press('Home')
  for (const child of [...deep.slice(1), 'leaf.ts']) await stepInto(workbench, child)
  const tree = await page.getByRole('tree').boundingBox()
  const name = await workbench.treeItem('leaf.ts').getByText('leaf').boundingBox()
  expect(name?.x).toBeGreaterThan(tree?.x ?? 0)
  expect((name?.x ?? 0) + (name?.width ?? 0)).toBeLessThan((tree?.x ?? 0) + (tree?.width ?? 0))
})

/** A file on this machine, for the length of a test. */
function fileOf(testInfo: TestInfo, name: string, content: string): string {
  const path = testInfo.outputPath(name)
  writeFileSync(path, content)
  return path
}

async function create(workbench: Workbench, what: 'New file' | 'New folder', name: string): Promise<void> {
  const field = await startName(workbench, what)
  await field.fill(name)
  await workbench.page.keyboard.press('Enter')
  await expect(field).toBeHidden()
}

/** Opens the folder that the keyboard is on, and goes to its only child. */
async function stepInto(workbench: Workbench, child: string): Promise<void> {
  await workbench.page.keyboard.press('ArrowRight')
  await expect(workbench.treeItem(child)).toBeVisible()
  await workbench.page.keyboard.press('ArrowRight')
}

async function startName(workbench: Workbench, what: 'New file' | 'New folder') {
  await workbench.page.getByRole('region', { name: 'Files' }).getByRole('button', { name: what }).click()
  return workbench.page.getByRole('textbox', { name: `Name of the ${what.toLowerCase()}` })
}
