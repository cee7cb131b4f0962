import type { Page } from '@playwright/test'
import { accessibilityFindings } from './accessible'
import { expect, test } from './fixtures'
import { openAs } from './open-as'
import type { Workbench } from './workbench'

const ENV = `# Of the mail service
MAIL_KEY='s3cret-mail' # turn it every month

export PORT=3000
CERTIFICATE="first-line
second-line"
PORT=4000
no variable at all
`

test('values are on the page only when they are asked for', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await openEnv(workbench, ENV)
  const secrets = ['s3cret-mail', 'turn it every month', 'first-line', '3000']
  expect(await seen(page, secrets)).toEqual([])
  await page.getByRole('button', { name: 'Show value of MAIL_KEY' }).click()
  await expect(valueField(page, 'MAIL_KEY')).toHaveValue('s3cret-mail')
  expect(await seen(page, secrets)).toEqual(['s3cret-mail', 'turn it every month'])
  await page.getByRole('button', { name: 'Hide value of MAIL_KEY' }).click()
  expect(await seen(page, secrets)).toEqual([])

  await page.getByRole('button', { name: 'Copy value of CERTIFICATE' }).click()
  await expect(workbench.toast).toContainText('Value of CERTIFICATE copied.')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('first-line\nsecond-line')
  expect(await seen(page, secrets)).toEqual([])

  await page.getByRole('button', { name: 'Show all values' }).click()
  await expect(valueField(page, 'CERTIFICATE')).toHaveValue('first-line\nsecond-line')
  await page.reload()
  await expect(variables(page)).toBeVisible()
  expect(await seen(page, secrets)).toEqual([])
})

test('the text shows all, and gives way to the table when another file was looked at', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Node.js')
  await openEnv(workbench, ENV)
  await view(page, 'Text').click()
  await expect(workbench.editor).toContainText('s3cret-mail')
  // So that it stays open beside the next.
  await workbench.editorTab('.env').dblclick()
  await workbench.openFile('README.md')
  await workbench.editorTab('.env').click()
  await expect(variables(page)).toBeVisible()
  expect(await seen(page, ['s3cret-mail'])).toEqual([])
})

test('what is edited in the table leaves all else in the file as it was', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await openEnv(workbench, ENV)
  await page.getByRole('button', { name: 'Show value of MAIL_KEY' }).click()
  await valueField(page, 'MAIL_KEY').fill('new value')
  await expect(workbench.editorTab('.env, unsaved')).toBeVisible()
  await page.getByRole('textbox', { name: 'Name of the variable on line 5' }).fill('TLS_CERTIFICATE')
  await page.getByRole('button', { name: 'Remove PORT' }).first().click()
  await page.getByRole('textbox', { name: 'Name of a new variable' }).fill('LEVEL')
  await page.getByRole('textbox', { name: 'Value of the new variable' }).fill('two\nlines')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.keyboard.press('Control+S')
  await expect(workbench.editorTab('.env')).not.toHaveAccessibleName(/unsaved/)
  expect(await savedEnv(page)).toBe(
    ENV.replace(`'s3cret-mail'`, `'new value'`)
      .replace('export PORT=3000\n', '')
      .replace('CERTIFICATE', 'TLS_CERTIFICATE')
      .concat(`LEVEL='two\nlines'\n`),
  )
})

test('undo is one for the table and the text, and what is unsaved outlives a reload', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await openEnv(workbench, 'A=1\nB=2\n')
  await page.getByRole('button', { name: 'Remove A' }).click()
  await page.getByRole('button', { name: 'Show value of B' }).click()
  await valueField(page, 'B').press('End')
  await page.keyboard.type('345')
  await page.keyboard.press('Control+Z')
  await expect(valueField(page, 'B')).toHaveValue('2')
  await page.keyboard.press('Control+Shift+Z')
  await expect(valueField(page, 'B')).toHaveValue('2345')
  await page.reload()
  await expect(workbench.editorTab('.env, unsaved')).toBeVisible()
  await expect(variables(page).getByRole('row')).toHaveCount(2)
  await page.getByRole('button', { name: 'Remove B' }).click()
  await expect(page.getByText('No variables yet')).toBeVisible()
  await view(page, 'Text').click()
  await workbench.editor.click()
  await page.keyboard.press('Control+Z')
  await expect(workbench.editor).toContainText('B=2345')
  expect(await savedEnv(page)).toBe('A=1\nB=2\n')
})

test('a change in the sandbox shows in the table, and is a conflict with what was edited', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await openEnv(workbench, 'A=1\n')
  await workbench.run('echo C=3 >> .env')
  await expect(variables(page).getByRole('row')).toHaveCount(3)
  await page.getByRole('button', { name: 'Remove A' }).click()
  await workbench.run('echo D=4 >> .env')
  const conflict = page.getByRole('alert').filter({ hasText: 'was changed in the sandbox' })
  await expect(conflict).toBeVisible()
  await expect(variables(page).getByRole('row')).toHaveCount(2)
  await conflict.getByRole('button', { name: 'Take theirs' }).click()
  await expect(variables(page).getByRole('row')).toHaveCount(4)
})

test('wrong names are refused with a reason, and what counts of a name is said', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await openEnv(workbench, ENV)
  await expect(page.getByText('Set again on line 7, which counts')).toHaveCount(1)
  await expect(page.getByText('Line 8 is no variable')).toBeVisible()

  const name = page.getByRole('textbox', { name: 'Name of the variable on line 2' })
  await name.fill('MAIL KEY')
  await expect(page.getByRole('alert').filter({ hasText: 'not a blank' })).toContainText('MAIL_KEY')
  await name.fill('')
  await expect(page.getByRole('alert').filter({ hasText: 'needs a name' })).toBeVisible()
  await name.press('Escape')
  await expect(name).toHaveValue('MAIL_KEY')

  const added = page.getByRole('textbox', { name: 'Name of a new variable' })
  for (const [wrong, reason] of [
    ['', 'A variable needs a name.'],
    ['A=B', 'not =.'],
    ['PORT', 'PORT is there already, on line 7.'],
  ] as const) {
    await added.fill(wrong)
    await added.press('Enter')
    await expect(page.getByRole('form', { name: 'New variable' }).getByRole('alert')).toContainText(reason)
  }
  expect(await savedEnv(page)).toBe(ENV)
})

test('who may only look sees the values when they ask, and changes nothing', async ({
  openSandbox,
  page,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  await openEnv(workbench, ENV)
  const { sandboxId } = workbench
  await openAs(page, server, sandboxId, 'view')
  await expect(variables(page)).toBeVisible()
  await page.getByRole('button', { name: 'Show value of MAIL_KEY' }).click()
  await expect(valueField(page, 'MAIL_KEY')).toHaveValue('s3cret-mail')
  await expect(valueField(page, 'MAIL_KEY')).not.toBeEditable()
  await expect(page.getByRole('button', { name: /^Remove/ })).toHaveCount(0)
  await expect(page.getByRole('form', { name: 'New variable' })).toHaveCount(0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('the table is for everybody, on a desktop and on a phone', async ({ openSandbox, page }) => {
      const workbench = await openSandbox('Blank')
      await openEnv(workbench, ENV)
      await page.getByRole('button', { name: 'Show value of MAIL_KEY' }).click()
      await page.getByRole('textbox', { name: 'Name of a new variable' }).fill('PORT')
      await page.keyboard.press('Enter')
      expect(await accessibilityFindings(page)).toEqual([])
      await page.setViewportSize({ width: 390, height: 844 })
      await expect(variables(page)).toBeVisible()
      expect(await accessibilityFindings(page)).toEqual([])
    })
  })
}

async function openEnv(workbench: Workbench, content: string): Promise<void> {
  await workbench.writeFile('.env', content)
  await workbench.treeItem('.env').click()
  await expect(variables(workbench.page)).toBeVisible()
}

function variables(page: Page) {
  return page.getByRole('table', { name: /^Variables of/ })
}

function valueField(page: Page, name: string) {
  return page.getByRole('textbox', { name: `Value of ${name}`, exact: true })
}

function view(page: Page, name: 'Table' | 'Text') {
  return page.getByRole('group', { name: 'View of the file' }).getByRole('button', { name })
}

/** Which of these texts are anywhere on the page: in its markup, or in a field. */
async function seen(page: Page, texts: readonly string[]): Promise<string[]> {
  const all = await page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')]
    return [document.documentElement.outerHTML, ...fields.map((field) => field.value)].join('\n')
  })
  return texts.filter((text) => all.includes(text))
}

/** The file as the sandbox has it. */
function savedEnv(page: Page): Promise<string> {
  return page.evaluate(async () => (await fetch('/raw/.env')).text())
}
