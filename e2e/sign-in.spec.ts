import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'

test('the link that the start prints signs in, once', async ({ browser, page, server }) => {
  const link = server.signInUrl
  // Looking at it, as a mail scanner does, uses nothing up.
  expect((await fetch(link)).status).toBe(200)
  await page.goto(link)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await new Dashboard(page).isShown()
  await page.reload()
  await new Dashboard(page).isShown()

  const other = await (await browser.newContext()).newPage()
  await other.goto(link)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await expect(other.getByText(/used|expired/i).first()).toBeVisible()
  await expect(new Dashboard(other).newSandbox).toBeHidden()
  await other.context().close()
})

test('nothing is shown without signing in', async ({ page, server }) => {
  await page.goto(server.url)
  await expect(page).toHaveURL(/\/sign-in/)
  for (const path of ['/api/app/sandboxes', '/v1/sandboxes', '/v1/keys']) {
    expect((await fetch(server.url + path)).status, path).toBe(401)
  }
  expect(await (await fetch(`${server.url}/robots.txt`)).text()).toMatch(/^User-agent: \*\nDisallow: \/$/m)
})

test('signing out ends the session', async ({ dashboard, page }) => {
  await page.getByRole('button', { name: /account/i }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goto('/').catch(() => null)
  await expect(dashboard.newSandbox).toBeHidden()
})
