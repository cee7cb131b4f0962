import { expect, test } from './fixtures'

test('an API key is shown once, works for a program, and is refused once it is revoked', async ({
  dashboard,
  page,
  server,
}) => {
  await dashboard.isShown()
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('my program')
  await page.getByRole('button', { name: 'Create key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Copy your new key now' })
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  const key = await page.evaluate(() => navigator.clipboard.readText())
  expect(key).toMatch(/^sl_\S{40,}$/)
  await expect(dialog.getByRole('textbox', { name: 'my program' })).toHaveValue(key)

  const ask = (method: string, path: string) =>
    fetch(server.url + path, { method, headers: { authorization: `Bearer ${key}` } })
  const created = await ask('POST', '/v1/sandboxes')
  expect(created.status).toBe(201)
  const { data } = await created.json()
  const listed = await (await ask('GET', '/v1/sandboxes')).json()
  expect(listed.data).toMatchObject([{ sandboxId: data.sandboxId, status: 'running' }])

  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(dialog).toBeHidden()
  await page.reload()
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'my program' }) })
  await expect(row).toContainText(`${key.slice(0, 9)}…`)
  await expect(row).not.toContainText('never')
  expect(await page.content()).not.toContain(key)

  await row.getByRole('button', { name: 'Revoke my program' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click()
  // Nothing behind the question has a role while it stands.
  await expect(page.getByRole('alertdialog')).toBeHidden()
  await expect(row).toBeHidden()
  expect((await ask('GET', '/v1/sandboxes')).status).toBe(401)
})
