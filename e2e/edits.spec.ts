import { readdir, readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { Workbench } from './workbench'

test('what was typed and not saved is there after a reload, and after its file was renamed', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Node')
  await typeInto(workbench, 'README.md', 'typed before the reload ')
  await page.reload()
  await expect(workbench.editor).toContainText('typed before the reload')
  await expect(tab(page, 'README.md, unsaved')).toBeVisible()

  await workbench.treeItem('README.md').click()
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: 'New name of README.md' }).fill('NOTES.md')
  await page.keyboard.press('Enter')
  await expect(tab(page, 'NOTES.md, unsaved')).toBeVisible()
  await page.reload()
  await expect(tab(page, 'NOTES.md, unsaved')).toBeVisible()
  await expect(workbench.editor).toContainText('typed before the reload')
})

test('what was typed without a pause is there after the page crashed', async ({
  openSandbox,
  page,
  context,
}) => {
  const workbench = await openSandbox('Node')
  await typeInto(workbench, 'README.md', '')
  const typed = 'never a pause '.repeat(12)
  // Keys closer together than the pause that the journal waits for; the crash comes in the middle of the next word.
  await page.keyboard.type(typed, { delay: 20 })
  await page.keyboard.type('lost?', { delay: 20 })
  const address = page.url()
  await crash(page)
  const next = new Workbench(await context.newPage())
  await next.page.goto(address)
  await expect(next.editor).toContainText(typed.trim().slice(0, 100))
})

test('what was typed and not saved is there after a reload where the database of the browser is busy', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Node')
  await typeInto(workbench, 'README.md', '')
  await page.evaluate(keepDatabaseBusy)
  await page.keyboard.type('typed before the reload')
  await expect(workbench.editor).toContainText('typed before the reload')
  await page.reload()
  await expect(workbench.editor).toContainText('typed before the reload')
  await expect(tab(page, 'README.md, unsaved')).toBeVisible()
})

test('every key that is typed while the editor fetches the rest of itself arrives', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Node')
  const release = await holdBack(page, 'editor.contrib.findController')
  await page.reload({ waitUntil: 'commit' })
  await typeInto(workbench, 'README.md', 'typed before, ')
  const first = await page.locator('.monaco-editor:visible').first().elementHandle()
  const strayed = await page.evaluateHandle(() => {
    const keys: string[] = []
    new MutationObserver(() => {
      if (document.activeElement === document.body) keys.push('nobody would hear the next key')
    }).observe(document.body, { childList: true, subtree: true })
    return keys
  })
  release()
  let typed = ''
  while (await first?.evaluate((element) => element.isConnected)) {
    await page.keyboard.type('x')
    typed += 'x'
  }
  await page.keyboard.type(' and after')
  expect(await strayed.jsonValue()).toEqual([])
  await expect(workbench.editor).toContainText(`typed before, ${typed} and after`)
  // It has what came later.
  await page.keyboard.press('Control+F')
  await expect(page.getByRole('textbox', { name: 'Find' })).toBeFocused()
})

test('two tabs with the same file keep their edits apart, and a tab that is closed leaves its own to the next', async ({
  openSandbox,
  page,
  context,
}) => {
  const workbench = await openSandbox('Node')
  await typeInto(workbench, 'README.md', 'of the first tab ')
  const second = new Workbench(await context.newPage())
  await second.page.goto(page.url())
  await expect(second.editor).toBeVisible()
  await expect(second.editor).not.toContainText('of the first tab')
  await typeInto(second, 'README.md', 'of the second tab ')
  await second.page.keyboard.press('Control+Z')
  await second.page.reload()
  await expect(second.editor).not.toContainText('of the first tab')
  await page.reload()
  await expect(workbench.editor).toContainText('of the first tab')

  const address = page.url()
  await page.close()
  const third = new Workbench(await context.newPage())
  await third.page.goto(address)
  await expect(third.editor).toContainText('of the first tab')
})

test('an expired session keeps the edits on screen, and goes on where it is opened again', async ({
  openSandbox,
  page,
  context,
}) => {
  const workbench = await openSandbox('Node')
  await typeInto(workbench, 'README.md', 'typed before the end ')
  const { hostname } = new URL(page.url())
  await context.clearCookies({ domain: hostname })
  await page.keyboard.press('Control+S')
  const banner = page.getByRole('alert').filter({ hasText: 'Your session has ended.' })
  await expect(banner).toBeVisible()
  await expect(workbench.editor).toContainText('typed before the end')
  await expect(tab(page, 'README.md, unsaved')).toBeVisible()

  const opening = context.waitForEvent('page')
  await banner.getByRole('link', { name: 'Open it again' }).click()
  const again = new Workbench(await opening)
  await again.page.waitForURL('**/play/')
  await again.waitForPrompt()
  await again.page.close()
  await expect(banner).toBeHidden()
  await workbench.editor.click()
  await page.keyboard.press('Control+S')
  await expect(tab(page, 'README.md')).toBeVisible()
})

/** At the beginning of the file; of the text the editor completes nothing. */
async function typeInto(workbench: Workbench, name: string, text: string): Promise<void> {
  await workbench.openFile(name)
  await workbench.editor.click()
  await workbench.page.keyboard.press('Control+Home')
  await workbench.page.keyboard.type(text)
}

function tab(page: Page, name: string) {
  return page.getByRole('tablist', { name: 'Open files' }).getByRole('tab', { name, exact: true })
}

/** As out of memory, or a bug of the browser, ends it: no event is heard by the page. */
async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  // Nobody is left to answer this.
  session.send('Page.crash').catch(() => undefined)
  await crashed
}

/** The script that has a word in it comes only when the answer is called. */
async function holdBack(page: Page, word: string): Promise<() => void> {
  const scripts = new URL('../.next/static/chunks/', import.meta.url)
  const names = (await readdir(scripts)).filter((name) => name.endsWith('.js'))
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, scripts), 'utf8')))
  const held = names.find((_, index) => texts[index]?.includes(word))
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(`**/${held}`, async (route) => {
    await released
    await route.continue()
  })
  return release
}

/** Runs in the page: every other write waits until the page is gone. */
function keepDatabaseBusy(): Promise<void> {
  const opening = indexedDB.open('sandlot-edits')
  return new Promise((resolve) => {
    opening.onsuccess = () => {
      const edits = opening.result.transaction('edits', 'readwrite').objectStore('edits')
      const again = () => {
        edits.count().onsuccess = again
        resolve()
      }
      again()
    }
  })
}
