import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type { AxeResults } from 'axe-core'
import { expect, test } from './fixtures'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious and critical findings: the rule, and where. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`))
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('sign-in', async ({ page, server }) => {
      await page.goto(`${server.url}/sign-in`)
      await expect(page.getByRole('heading').first()).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('dashboard, empty and with a sandbox', async ({ dashboard, page, server }) => {
      expect(await findings(page)).toEqual([])
      const sandboxes = await server.sandboxes()
      const { sandboxId } = await sandboxes.create({ name: 'accessible' })
      await page.reload()
      await expect(dashboard.rows).toHaveCount(1)
      expect(await findings(page)).toEqual([])
      await sandboxes.delete(sandboxId)
    })

    test('keys', async ({ dashboard, page, server }) => {
      await dashboard.isShown()
      await page.goto(`${server.url}/keys`)
      await expect(page.getByRole('heading').first()).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('workbench', async ({ openSandbox, page }) => {
      const workbench = await openSandbox('Node.js')
      await workbench.openFile('server.js')
      expect(await findings(page)).toEqual([])
    })
  })
}
