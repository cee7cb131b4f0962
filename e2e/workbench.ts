import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test'

/** A prompt of bash, as the sandbox shows it, at the end of the screen. */
const PROMPT = /[$#]\s*$/

/** The workbench as a person uses it: files, editor, terminal, ports, preview. */
export class Workbench {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** `https://{id}.localhost:port`, where `{id}` names the sandbox. */
  get sandboxId(): string {
    const [id = ''] = new URL(this.page.url()).hostname.split('.')
    return id
  }

  get terminal(): Locator {
    return this.page.locator('.xterm:visible')
  }

  get editor(): Locator {
    return this.page.locator('.monaco-editor:visible').first()
  }

  treeItem(name: string): Locator {
    return this.page.getByRole('treeitem', { name, exact: true })
  }

  async waitForPrompt(): Promise<void> {
    await expect.poll(() => this.screen(), { timeout: 15_000 }).toMatch(PROMPT)
  }

  /** What the terminal shows, without the empty end. */
  async screen(): Promise<string> {
    const rows = await this.terminal.locator('.xterm-rows > div').allTextContents()
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd()
  }

  async type(text: string): Promise<void> {
    await this.terminal.locator('textarea').focus()
    await this.page.keyboard.type(text)
  }

  /** Types a command and its Enter; does not wait for it. */
  async run(command: string): Promise<void> {
    await this.type(command)
    await this.page.keyboard.press('Enter')
  }

  async expectScreen(pattern: RegExp, timeoutMs = 15_000): Promise<void> {
    await expect.poll(() => this.screen(), { timeout: timeoutMs }).toMatch(pattern)
  }

  async openFile(...names: string[]): Promise<void> {
    for (const name of names.slice(0, -1)) {
      const folder = this.treeItem(name)
      if ((await folder.getAttribute('aria-expanded')) !== 'true') await folder.click()
    }
    await this.treeItem(names.at(-1) ?? '').click()
    await expect(this.editor).toBeVisible()
  }

  /** Replaces what the open file says, and saves it. Pasted: what is typed, the editor completes and indents. */
  async replaceContent(content: string): Promise<void> {
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), content)
    await this.editor.click()
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.press('Control+V')
    await this.page.keyboard.press('Control+S')
  }

  /** The preview of a port beside the editor, as soon as the port is seen; the terminal is in front again afterwards. */
  async preview(port: number): Promise<FrameLocator> {
    await this.panel('Ports').click()
    await this.page
      .getByRole('button', { name: `Preview port ${port}`, exact: true })
      .first()
      .click()
    await this.panel('Terminal').click()
    return this.page.frameLocator(`iframe[title="Preview of port ${port}"]`)
  }

  /** The tab of a panel below the editor; a badge may stand beside its name. */
  panel(name: 'Terminal' | 'Processes' | 'Ports'): Locator {
    return this.page
      .getByRole('tablist', { name: 'Panels' })
      .getByRole('tab', { name: new RegExp(`^${name}`) })
  }
}
