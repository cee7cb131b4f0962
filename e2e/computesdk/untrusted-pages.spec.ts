import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'

/** Shows itself by its title, and in the sandbox by a file. */
const HOSTILE = `<!doctype html><title>ran</title><script>
document.title = 'ran'
fetch('/files', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"path":"ran"}' })
</script>`

for (const name of ['x.html', 'x.svg', 'x.xhtml', 'x.pdf', 'x'])
  test(`an uploaded ${name} is a download, not a page`, async ({ openSandbox, page }) => {
    const workbench = await openSandbox('Blank')
    const { origin } = new URL(page.url())
    expect(await write(page, name, HOSTILE)).toBe(201)
    const tab = await page.context().newPage()
    const download = tab.waitForEvent('download')
    await tab.goto(`${origin}/raw/${name}`).catch(() => undefined)
    expect((await download).suggestedFilename()).toBe(name)
    expect(await tab.title()).not.toBe('ran')

    const json = await tab.goto(`${origin}/files/${name}?content=true`)
    expect(json?.headers()).toMatchObject({ 'x-content-type-options': 'nosniff' })
    expect(json?.headers()['content-type']).toMatch(/^application\/json/)
    expect(await tab.title()).not.toBe('ran')
    expect(await hasRun(page)).toBe(false)
    await tab.close()
    await workbench.waitForPrompt()
  })

test('an address that a signal or a server tells is never gone to', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await page.evaluate('Object.assign(window, { opened: [], open: (url) => (window.opened.push(url), null) })')
  const before = page.url()
  for (const path of ['/signals/port', '/signals/server-ready'])
    for (const url of [
      'javascript:alert(1)',
      'JAVASCRIPT:alert(1)',
      ' javascript:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,x',
      'https://evil.example/',
    ])
      expect(await post(page, path, { port: 4000, type: 'open', url }), url).toBe(
        url.startsWith('https:') ? 200 : 400,
      )
  await post(page, '/signals/error', { message: '<img src=x onerror="document.title=\'ran\'">' })
  await workbench.panel('Ports').click()
  await expect(page.getByText('No open ports')).toBeVisible()
  expect([page.url(), (await page.title()) === 'ran', await page.evaluate('window.opened')]).toEqual([
    before,
    false,
    [],
  ])
})

async function post(page: Page, path: string, body: object): Promise<number> {
  return page.evaluate(
    async ([path, body]) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(path as string, { method: 'POST', headers, body: body as string })).status
    },
    [path, JSON.stringify(body)],
  )
}

function write(page: Page, path: string, content: string): Promise<number> {
  return post(page, '/files', { path, content })
}

async function hasRun(page: Page): Promise<boolean> {
  return page.evaluate(async () => (await fetch('/files/ran', { method: 'HEAD' })).ok)
}
