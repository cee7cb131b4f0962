import { test as base, type Page } from '@playwright/test'
import { Dashboard } from './dashboard'
import { RunningServer } from './running-server'
import { Workbench } from './workbench'

interface Fixtures {
  /** The dashboard, signed in by the link that the server printed. All sandboxes and snapshots end with the test. */
  dashboard: Dashboard
  /** Makes a sandbox of a template on the dashboard and waits for its prompt. */
  openSandbox: (templateName: string) => Promise<Workbench>
}

/** One server for the tests of a file; a failed test gets a new one. */
export const test = base.extend<Fixtures & { serverLog: undefined }, { server: RunningServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern that nothing else is needed.
    async ({}, use) => {
      const server = await RunningServer.start()
      await use(server)
      await server.dispose()
    },
    { scope: 'worker' },
  ],
  serverLog: [
    async ({ server }, use, testInfo) => {
      await use(undefined)
      if (testInfo.status === testInfo.expectedStatus) return
      await testInfo.attach('server log', { body: server.output, contentType: 'text/plain' })
    },
    { auto: true },
  ],
  dashboard: async ({ page, server }, use) => {
    await use(await signIn(page, server))
    const sandboxes = await server.sandboxes()
    const made = await sandboxes.list()
    await Promise.all(made.map(({ sandboxId }) => sandboxes.delete(sandboxId)))
    // They outlive their sandboxes.
    const kept = await sandboxes.listSnapshots()
    await Promise.all(kept.map(({ id }) => sandboxes.deleteSnapshot(id)))
  },
  openSandbox: async ({ dashboard, page }, use) => {
    await use(async (templateName) => {
      await dashboard.createSandbox(templateName)
      const workbench = new Workbench(page)
      await workbench.waitForPrompt()
      return workbench
    })
  },
})

/** A link is good once, so every test after the first has a new one made, as `npm run sign-in` does. */
async function signIn(page: Page, server: RunningServer): Promise<Dashboard> {
  await page.goto(await server.newSignInUrl())
  await page.getByRole('button', { name: 'Sign in' }).click()
  const dashboard = new Dashboard(page)
  await dashboard.isShown()
  return dashboard
}

export { expect } from '@playwright/test'
