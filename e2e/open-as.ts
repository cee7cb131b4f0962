import type { Page } from '@playwright/test'
import type { RunningServer } from './running-server'
import { Workbench } from './workbench'

/** Opens a sandbox with a role less than its owner's, as somebody does whom it was shared with. */
export async function openAs(
  page: Page,
  server: RunningServer,
  sandboxId: string,
  role: 'view' | 'edit',
): Promise<Workbench> {
  const { magicUrl } = await (await server.sandboxes()).open(sandboxId, { role })
  await page.goto(server.url)
  await page.evaluate((url) => {
    const form = document.createElement('form')
    form.method = 'post'
    form.action = url
    document.body.append(form)
    form.submit()
  }, magicUrl)
  await page.waitForURL('**/play/')
  return new Workbench(page)
}
