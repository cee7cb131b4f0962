import { expect, test } from './fixtures'

/** What a terminal types when its answers, or the movements of a mouse, reach the shell: `[?1;2c`, `0;35;20M`. */
const STRAY_INPUT = /\[\?|\d+;\d+[;cRMm]|\d+;\d+;\d+/

test('a hidden terminal keeps its size, and a huge one works', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await workbench.run(`trap 'stty size >> sizes' WINCH; stty size > sizes; echo "is"" set"`)
  await workbench.expectScreen(/is set/)
  const screen = await workbench.screen()
  await page.getByRole('button', { name: 'Hide panel' }).click()
  await expect(workbench.terminal).toBeHidden()
  await page.reload()
  await expect(page.getByRole('tree')).toBeVisible()
  await page.keyboard.press('Control+`')
  await expect.poll(() => workbench.screen()).toBe(screen)
  await workbench.expectOutput(`sort -u sizes | wc -l; awk '$1 < 2 || $2 < 20' sizes`, '1')

  await page.setViewportSize({ width: 7000, height: 5000 })
  await workbench.expectOutput(`[ "$(stty size | cut -d' ' -f2)" -gt 500 ] && echo wide`, 'wide')
  await page.setViewportSize({ width: 1440, height: 900 })
  await workbench.expectOutput('cmp <(stty size) <(head -1 sizes) && echo same', 'same')
})

test('a full-screen program is as it was after a reload, and its mouse never reaches the shell', async ({
  openSandbox,
  page,
}) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('seq -f "line %04g" 1 2000 > lines; clear; less --mouse lines')
  await workbench.expectScreen(/^line 0001\n/)
  await page.keyboard.press('Space')
  await expect.poll(() => workbench.screen()).not.toMatch(/line 0001/)
  const screen = await workbench.screen()
  await page.reload()
  await expect.poll(() => workbench.screen()).toBe(screen)

  // less follows the wheel only where the terminal tells it of the mouse.
  await workbench.terminal.hover()
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, -200)
      return workbench.screen()
    })
    .toMatch(/^line 0001\n/)
  await workbench.type('q')
  await workbench.expectScreen(/^\S+ \$$/)
  await page.mouse.move(300, 800)
  await page.mouse.wheel(0, -100)
  await workbench.run('echo "all"" clean"')
  await workbench.expectScreen(/all clean\n.*\$$/)
  expect(await workbench.screen()).not.toMatch(STRAY_INPUT)
})
