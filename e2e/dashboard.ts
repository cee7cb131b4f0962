import { expect, type Locator, type Page } from '@playwright/test'

/** The first page: templates, and the sandboxes that there are. */
export class Dashboard {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async isShown(): Promise<void> {
    await expect(this.newSandbox).toBeVisible()
    await expect(this.page.getByRole('radio').first()).toBeVisible()
  }

  get newSandbox(): Locator {
    return this.page.getByRole('button', { name: 'New sandbox', exact: true })
  }

  get rows(): Locator {
    return this.page
      .getByRole('table', { name: 'Your sandboxes' })
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader') })
  }

  /** Ends on the workbench's page, which may still be loading. */
  async createSandbox(templateName: string): Promise<void> {
    await this.page.getByRole('radio', { name: templateName }).click()
    await this.newSandbox.click()
    await this.page.waitForURL(/\/play\//)
  }

  async endSandbox(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Actions for ${name}` }).click()
    await this.page.getByRole('menuitem', { name: 'End…' }).click()
    await this.page.getByRole('button', { name: 'End sandbox' }).click()
    await expect(this.page.getByRole('alertdialog')).toBeHidden()
  }
}
