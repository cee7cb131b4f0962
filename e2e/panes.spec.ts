import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures'

test('a second terminal is a shell of its own, until its tab ends it', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('clear; echo "in the"" first"')
  await workbench.expectScreen(/^in the first\n/)
  const tabs = page.getByRole('tablist', { name: 'Terminals' }).getByRole('tab')
  await page.getByRole('button', { name: 'New terminal' }).click()
  await expect(tabs).toHaveCount(2)
  await expect(tabs.nth(1)).toHaveAttribute('aria-selected', 'true')
  await expect.poll(() => workbench.screen()).not.toContain('in the first')
  await workbench.waitForPrompt()
  await workbench.run('clear; echo "in the"" second"; exec sleep 4711')
  await workbench.expectScreen(/^in the second$/)

  await tabs.first().click()
  await workbench.expectScreen(/^in the first\n.*[$#]$/)
  await workbench.expectOutput('pgrep -fx "sleep 4711" | wc -l', '1')
  await tabs.nth(1).click()
  await workbench.expectScreen(/^in the second$/)
  await page.getByTitle('End terminal').nth(1).click()
  await expect(tabs).toHaveCount(1)
  await expect(tabs.first()).toHaveAttribute('aria-selected', 'true')
  await workbench.expectOutput('pgrep -fx "sleep 4711" | wc -l', '0')
})

test('borders are dragged, and stay where they were left', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await workbench.expectOutput("stty size | cut -d' ' -f1 > rows; echo kept", 'kept')
  const sideBar = page.getByRole('separator', { name: 'Resize side bar' })
  const panel = page.getByRole('separator', { name: 'Resize panel' })
  const before = { x: (await boxOf(sideBar)).x, y: (await boxOf(panel)).y }
  await drag(page, sideBar, { x: 120, y: 0 })
  await drag(page, panel, { x: 0, y: -150 })
  const expectMoved = async () => {
    await expect.poll(async () => Math.round((await boxOf(sideBar)).x - before.x)).toBe(120)
    await expect.poll(async () => Math.round((await boxOf(panel)).y - before.y)).toBe(-150)
  }
  await expectMoved()
  // The program inside hears of it.
  await workbench.expectOutput(
    `[ $(stty size | cut -d' ' -f1) -gt $(($(cat rows) + 5)) ] && echo taller`,
    'taller',
  )
  await page.reload()
  await workbench.waitForPrompt()
  await expectMoved()
})

test('light and dark are chosen by the menu, for page, editor and terminal, and kept', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Node.js')
  await workbench.openFile('package.json')
  const colors = () =>
    Promise.all([
      page.locator('body').evaluate((part) => getComputedStyle(part).backgroundColor),
      workbench.editor.evaluate((part) => getComputedStyle(part).backgroundColor),
      workbench.terminal.locator('.xterm-rows').evaluate((part) => getComputedStyle(part).color),
    ])
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'Sandbox menu' }).click()
    await page.getByRole('menuitemradio', { name }).click()
  }
  let light: string[] = []
  await expect
    .poll(async () => {
      light = await colors()
      return light
    })
    // An editor that is made anew with all its features has no colors in between.
    .not.toContain('')
  await choose('Dark')
  await expect
    .poll(async () => (await colors()).map((color, part) => color !== light[part]))
    .toEqual([true, true, true])
  const dark = await colors()
  await page.reload()
  await workbench.waitForPrompt()
  await expect(workbench.editor).toBeVisible()
  await expect.poll(colors).toEqual(dark)
  await choose('Light')
  await expect.poll(colors).toEqual(light)
})

async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox()
  if (box === null) throw new Error('It is not on the page.')
  return box
}

async function drag(page: Page, border: Locator, by: { x: number; y: number }): Promise<void> {
  const { x, y, width, height } = await boxOf(border)
  const from = { x: x + width / 2, y: y + height / 2 }
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 5 })
  await page.mouse.up()
}
