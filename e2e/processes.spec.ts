import { expect, test } from './fixtures'

test('a process is seen, asked to end, and ended where it does not listen', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('sleep 1000 & (trap "" TERM; exec sleep 2000) &')
  await workbench.panel('Processes').click()
  const row = (command: string) =>
    page.getByRole('region', { name: 'Processes' }).getByRole('row').filter({ hasText: command })
  const signal = async (command: string, item: string) => {
    await row(command)
      .getByRole('button', { name: /^Signals for sleep/ })
      .click()
    await page.getByRole('menuitem', { name: item }).click()
  }

  await signal('sleep 2000', 'Terminate')
  await signal('sleep 1000', 'Terminate')
  await expect(row('sleep 1000')).toBeHidden()
  await expect(row('sleep 2000')).toBeVisible()

  await signal('sleep 2000', 'Kill…')
  await expect(page.getByRole('alertdialog')).toContainText('cannot save anything')
  await page.getByRole('button', { name: 'Kill', exact: true }).click()
  await expect(row('sleep 2000')).toBeHidden()

  await workbench.panel('Terminal').click()
  await workbench.run('')
  await workbench.expectScreen(/Terminated +sleep 1000[\s\S]*Killed/)
})
