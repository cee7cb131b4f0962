import { expect, test } from './fixtures'
import { FROZEN_MS, watchPauses } from './pauses'

const FLOOD_MS = 10_000

test('ten seconds of yes leave the tab usable, and Ctrl-C ends them', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('yes "a line of the flood"')
  await workbench.expectScreen(/a line of the flood\na line of the flood/)
  const longestPause = await watchPauses(page)
  const until = Date.now() + FLOOD_MS
  while (Date.now() < until) {
    await workbench.panel('Ports').click()
    await expect(workbench.panel('Ports')).toHaveAttribute('aria-selected', 'true')
    await workbench.panel('Terminal').click()
    await expect(workbench.terminal).toBeVisible()
  }
  expect(await longestPause()).toBeLessThan(FROZEN_MS)
  await workbench.terminal.locator('textarea').focus()
  await page.keyboard.press('Control+C')
  await workbench.run('echo "still"" here"')
  await workbench.expectScreen(/still here\n.*[$#]$/)
})
