import type { Browser, Locator, Page } from '@playwright/test'
import { accessibilityFindings as findings } from './accessible'
import { expect, test } from './fixtures'
import type { RunningServer } from './running-server'
import { Workbench } from './workbench'

const PHONE = { width: 390, height: 844 }

test('a server is made, seen ready and previewed, breaks, is mended, stopped and deleted, in every tab', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Static page')
  await workbench.panel('Servers').click()
  await expect(page.getByText('No servers yet')).toBeVisible()
  const other = await page.context().newPage()
  await other.goto(page.url())
  await new Workbench(other).panel('Servers').click()
  await expect(other.getByText('No servers yet')).toBeVisible()

  await page.getByRole('button', { name: 'Set up “python3 -m http.server 8000”' }).click()
  await expect(page.getByRole('textbox', { name: 'Start command' })).toHaveValue(
    'python3 -m http.server 8000',
  )
  await page.getByRole('button', { name: 'Start server' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  const web = row(page, 'web')
  await expect(web).toContainText('Ready')
  await expect(web).toContainText('port 8000')
  await expect(row(other, 'web')).toContainText('Ready')

  // It came by itself, and comes again when asked for.
  const preview = page.frameLocator('iframe[title="Preview of port 8000"]')
  await expect(preview.getByRole('heading').first()).toBeVisible()
  await expect(page.getByRole('tablist', { name: 'Previews' })).toContainText('web · port 8000')
  await page.getByRole('button', { name: 'Close preview', exact: true }).click()
  await expect(preview.getByRole('heading').first()).toBeHidden()
  await web.getByRole('button', { name: 'Preview web' }).click()
  await expect(preview.getByRole('heading').first()).toBeVisible()
  await workbench.panel('Ports').click()
  await expect(page.getByRole('list', { name: 'Open ports' })).toContainText('web · port 8000')

  await workbench.panel('Servers').click()
  await choose(page, 'web', 'Edit…')
  await expect(page.getByRole('textbox', { name: 'Name' })).not.toBeEditable()
  await page.getByRole('textbox', { name: 'Start command' }).fill('echo "cannot go on" >&2; exit 3')
  await page.getByText('Advanced').click()
  await page.getByRole('combobox', { name: 'Start again' }).selectOption('never')
  await page.getByRole('button', { name: 'Save and restart' }).click()
  for (const seen of [web, row(other, 'web')]) {
    await expect(seen).toContainText('Failed')
    await expect(seen).toContainText('It ended with exit code 3.')
    await expect(seen.getByText('cannot go on', { exact: true })).toBeVisible()
  }
  await expect(workbench.panel('Servers')).toHaveAccessibleName(/1 failed/)

  await page.reload()
  await expect(web).toContainText('It ended with exit code 3.')
  await choose(page, 'web', 'Edit…')
  await page.getByRole('textbox', { name: 'Start command' }).fill('python3 -m http.server 8000')
  await page.getByRole('button', { name: 'Save and start' }).click()
  await expect(web).toContainText('Ready')
  const pid = await pidIn(web)
  await web.getByRole('button', { name: 'Restart web' }).click()
  await expect.poll(() => pidIn(web).catch(() => pid)).not.toBe(pid)
  await expect(web).toContainText('Ready')

  await web.getByRole('button', { name: 'Stop web' }).click()
  await expect(web).toContainText('Stopped')
  await expect(row(other, 'web')).toContainText('Stopped')
  await workbench.panel('Ports').click()
  await expect(page.getByText('No open ports')).toBeVisible()
  await workbench.panel('Servers').click()
  await web.getByRole('button', { name: 'Start web' }).click()
  await expect(row(other, 'web')).toContainText('Ready')

  await choose(other, 'web', 'Delete…')
  await expect(other.getByRole('alertdialog')).toContainText('its log are gone')
  await other.getByRole('button', { name: 'Delete server' }).click()
  await expect(page.getByText('No servers yet')).toBeVisible()
  await expect(other.getByText('No servers yet')).toBeVisible()
})

test('a log is followed, by stream, until somebody reads what is above, and is copied', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await makeServer(
    page,
    workbench,
    'counter',
    'for i in $(seq 200); do echo "line $i"; done; echo "to stderr" >&2; while [ ! -e go ]; do sleep 0.1; done; echo gone; exec sleep 1000',
  )
  await row(page, 'counter').getByRole('button', { name: 'Log of counter' }).click()
  const log = page.getByRole('log')
  await expect(log).toContainText('line 200\nto stderr')
  const endIsSeen = () =>
    log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 24)
  expect(await endIsSeen()).toBe(true)
  const follow = page.getByRole('button', { name: /^Follow/ })
  await expect(follow).toHaveAttribute('aria-pressed', 'true')

  await log.evaluate((box) => box.scrollTo({ top: 0 }))
  await expect(follow).toHaveAttribute('aria-pressed', 'false')
  await workbench.panel('Terminal').click()
  await workbench.run('touch go')
  await workbench.panel('Servers').click()
  await expect(log).toContainText('gone')
  await expect.poll(endIsSeen).toBe(true)

  await page.getByRole('button', { name: 'stderr' }).click()
  await expect(log).toHaveText('to stderr')
  await page.getByRole('button', { name: 'Copy log' }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('to stderr')
  await page.getByRole('button', { name: 'Back to all servers' }).click()
  await expect(row(page, 'counter')).toBeVisible()
})

test('a form says what is wrong with it, and what the sandbox refuses', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await workbench.panel('Servers').click()
  await page.getByRole('button', { name: 'New server' }).click()
  await page.getByRole('button', { name: 'Start server' }).click()
  const name = page.getByRole('textbox', { name: 'Name' })
  await expect(name).toBeFocused()
  await expect(name).toHaveAccessibleDescription('Give it a name.')
  await name.fill('a b')
  await page.getByRole('textbox', { name: 'Start command' }).fill('sleep 1000')
  await page.getByRole('textbox', { name: 'Port' }).fill('70000')
  await page.getByText('Advanced').click()
  await page.getByRole('textbox', { name: 'Environment', exact: true }).fill('A=1\nodd')
  await page.getByText('Advanced').click()
  await page.getByRole('button', { name: 'Start server' }).click()
  await expect(name).toHaveAccessibleDescription(/letters, digits/)
  await expect(page.getByText('Must be from 1 to 65535.')).toBeVisible()
  await expect(page.getByText('Line 2 is not of the form NAME=value.')).toBeVisible()

  await name.fill('job')
  await page.getByRole('textbox', { name: 'Port' }).fill('')
  await page.getByRole('textbox', { name: 'Environment', exact: true }).fill('A=1')
  await page.getByRole('textbox', { name: 'Folder' }).fill('not-there')
  await page.getByRole('button', { name: 'Start server' }).click()
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('not-there')
  await page.getByRole('textbox', { name: 'Folder' }).fill('')
  await page.keyboard.press('Enter')
  await expect(row(page, 'job')).toContainText('Running')
})

test('what happens elsewhere is said, with the way to it', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await makeServer(
    page,
    workbench,
    'gate',
    'while [ ! -e go ]; do sleep 0.1; done; echo "no more"; exit 1',
    'never',
  )
  await workbench.panel('Terminal').click()
  await workbench.run('touch go')
  await expect(workbench.toast).toContainText('gate has failed.')
  await workbench.toast.getByRole('button', { name: 'Show log' }).click()
  await expect(page.getByRole('log')).toHaveText('no more')
})

test('who may only look sees servers and logs, and no way to touch them', async ({
  openSandbox,
  page,
  browser,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  await makeServer(page, workbench, 'web', 'echo hello; exec python3 -m http.server 8123')
  await expect(row(page, 'web')).toContainText('Ready')
  const viewer = await openAsViewer(browser, server, workbench.sandboxId)
  await new Workbench(viewer).panel('Servers').click()
  await expect(row(viewer, 'web')).toContainText('Ready')
  const buttons = row(viewer, 'web').getByRole('button')
  await expect(buttons).toHaveCount(2)
  await expect(row(viewer, 'web').getByRole('button', { name: 'Preview web' })).toBeVisible()
  await expect(viewer.getByRole('button', { name: 'New server' })).toBeHidden()
  await row(viewer, 'web').getByRole('button', { name: 'Log of web' }).click()
  await expect(viewer.getByRole('log')).toContainText('hello')
  await viewer.context().close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('the panel is for everybody, on a phone too', async ({ openSandbox, page }) => {
      const workbench = await openSandbox('Blank')
      await workbench.panel('Servers').click()
      await expect(page.getByText('No servers yet')).toBeVisible()
      expect(await findings(page), 'empty').toEqual([])
      await makeServer(page, workbench, 'web', 'exec python3 -m http.server 8124')
      await makeServer(page, workbench, 'job', 'echo over; exit 1', 'never')
      await expect(row(page, 'web')).toContainText('Ready')
      await expect(row(page, 'job').getByText('over', { exact: true })).toBeVisible()
      expect(await findings(page), 'live and failed').toEqual([])
      await choose(page, 'job', 'Edit…')
      await page.getByText('Advanced').click()
      await page.getByRole('textbox', { name: 'Health check' }).fill('health')
      await page.getByRole('button', { name: 'Save and start' }).click()
      expect(await findings(page), 'form').toEqual([])
      await page.keyboard.press('Escape')
      await row(page, 'job').getByRole('button', { name: 'Log of job' }).click()
      await expect(page.getByRole('log')).toHaveText('over')
      expect(await findings(page), 'log').toEqual([])

      await page.setViewportSize(PHONE)
      await page.getByRole('navigation', { name: 'Parts' }).getByRole('button', { name: 'More' }).click()
      expect(await findings(page), "a phone's log").toEqual([])
      await page.getByRole('button', { name: 'Back to all servers' }).click()
      expect(await findings(page), 'a phone').toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
      await choose(page, 'web', 'Stop')
      await expect(row(page, 'web')).toContainText('Stopped')
    })
  })
}

function row(page: Page, slug: string): Locator {
  return page.getByRole('list', { name: 'Servers' }).getByRole('listitem', { name: slug, exact: true })
}

async function choose(page: Page, slug: string, item: string): Promise<void> {
  await row(page, slug)
    .getByRole('button', { name: `More for ${slug}` })
    .click()
  await page.getByRole('menuitem', { name: item }).click()
}

async function makeServer(
  page: Page,
  workbench: Workbench,
  slug: string,
  start: string,
  startAgain?: 'never',
): Promise<void> {
  await workbench.panel('Servers').click()
  await page.getByRole('button', { name: 'New server' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(slug)
  await page.getByRole('textbox', { name: 'Start command' }).fill(start)
  if (startAgain) {
    await page.getByText('Advanced').click()
    await page.getByRole('combobox', { name: 'Start again' }).selectOption(startAgain)
  }
  await page.getByRole('button', { name: 'Start server' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(row(page, slug)).toBeVisible()
}

async function pidIn(server: Locator): Promise<string> {
  const [, pid] = /pid (\d+)/.exec(await server.innerText()) ?? []
  if (pid === undefined) throw new Error('It has no process.')
  return pid
}

/** A browser that has been given a link to look. */
async function openAsViewer(browser: Browser, server: RunningServer, sandboxId: string): Promise<Page> {
  const { magicUrl } = await (await server.sandboxes()).open(sandboxId, { role: 'view' })
  const page = await (await browser.newContext()).newPage()
  await page.goto(magicUrl)
  await page.getByRole('button').click()
  await page.waitForURL(/\/play\//)
  return page
}
