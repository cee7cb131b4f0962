import { expect, test } from './fixtures'

test('a preview of what does not listen yet shows it as soon as it does', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Static page')
  await workbench.run('echo "http://localhost:8000/about"')
  await workbench.clickLink('http://localhost:8000/about')
  const frame = page.frameLocator('iframe[title="Preview of port 8000"]')
  await expect(frame.getByRole('heading', { name: 'Nothing answers on port 8000 yet' })).toBeVisible()

  // A tab of its own hears nothing from the workbench: that page looks again by itself.
  const opened = page.context().waitForEvent('page')
  await page.getByRole('button', { name: 'Open in a new tab' }).click()
  const tab = await opened
  await expect(tab.getByRole('heading', { name: 'Nothing answers on port 8000 yet' })).toBeVisible()

  await workbench.run('mkdir -p about && echo "<h1>It listens</h1>" > about/index.html')
  await workbench.run('python3 -m http.server 8000')
  await expect(frame.getByRole('heading', { name: 'It listens' })).toBeVisible()
  await expect(tab.getByRole('heading', { name: 'A page of your own' })).toBeVisible()
})
