import { readdirSync } from 'node:fs'
import { startPostgres } from '@/lib/db/start-postgres.test-server'
import { Dashboard } from './dashboard'
import { test as base, expect } from './fixtures'
import { RunningServer } from './running-server'
import { Workbench } from './workbench'

/** The pages have a connection of their own beside the server's: both get it by DATABASE_URL. */
const test = base.extend<object, { server: RunningServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern that nothing else is needed.
    async ({}, use) => {
      const postgres = await startPostgres()
      const server = await RunningServer.start({ DATABASE_URL: await postgres.freshUrl() })
      await use(server)
      await server.dispose()
      await postgres.stop()
    },
    { scope: 'worker' },
  ],
})

test('on PostgreSQL a person signs in and works, and finds all of it again after a crash', async ({
  openSandbox,
  page,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  const id = workbench.sandboxId
  await workbench.run('echo "kept"" here"')
  await workbench.expectScreen(/^kept here$/m)
  await server.kill()
  await server.start()

  await page.goto(server.url)
  const dashboard = new Dashboard(page)
  await expect(dashboard.rows).toHaveCount(1)
  await dashboard.rows.getByRole('link').click()
  await page.waitForURL(/\/play\//)
  const again = new Workbench(page)
  await again.expectScreen(/^kept here$/m)
  expect(again.sandboxId).toBe(id)
  expect(readdirSync(server.dataDir).filter((name) => name.includes('.db'))).toEqual([])
})
