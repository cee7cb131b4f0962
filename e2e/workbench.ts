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

  editorTab(name: string): Locator {
    return this.page.getByRole('tablist', { name: 'Open files' }).getByRole('tab', { name })
  }

  /** What is said in passing, at the edge of the screen. */
  get toast(): Locator {
    return this.page.locator('[data-sonner-toast]')
  }

  /** Something of the menu that the other mouse button opens. */
  async fileMenu(name: string, item: string): Promise<void> {
    await this.treeItem(name).click({ button: 'right' })
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  /** Drags a file of this machine over a part of the page and lets it go there, as the desktop does. */
  async dropFile(target: Locator, path: string): Promise<void> {
    const box = await target.boundingBox()
    if (box === null) throw new Error('There is nothing to drop a file on.')
    const session = await this.page.context().newCDPSession(this.page)
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    const data = { items: [], files: [path], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...at, data })
    }
    await session.detach()
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

  /** Everything that the terminal keeps, what has scrolled away too: all of it is selected and copied. */
  async scrollback(): Promise<string> {
    await this.terminal.click({ button: 'right' })
    await this.page.getByRole('menuitem', { name: 'Select all' }).click()
    await this.terminal.locator('textarea').focus()
    await this.page.evaluate(() => navigator.clipboard.writeText(''))
    await this.page.keyboard.press('Control+Shift+C')
    const copied = () => this.page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).not.toBe('')
    return copied()
  }

  /** Clicks an address in the terminal, once it is known as one. */
  async clickLink(url: string): Promise<void> {
    const line = this.terminal.locator('.xterm-rows > div').filter({ hasText: new RegExp(`^${url}`) })
    // Its own layer lies over the rows and takes the mouse.
    const box = await line.boundingBox()
    if (box === null) throw new Error(`${url} is not in the terminal.`)
    await this.page.mouse.move(box.x + 40, box.y + box.height / 2)
    await expect(this.page.locator('.xterm-cursor-pointer')).toBeVisible()
    await this.page.mouse.down()
    await this.page.mouse.up()
  }

  /** Runs a command on an empty screen, and waits until its output is exactly that. */
  async expectOutput(command: string, output: string): Promise<void> {
    await this.run(`clear; ${command}`)
    const printed = async () => (await this.screen()).split('\n').slice(0, -1).join('\n')
    await expect.poll(printed).toBe(output)
  }

  /** Writes a file by the shell, and its folders before it. */
  async writeFile(path: string, content: string): Promise<void> {
    const encoded = Buffer.from(content).toString('base64')
    await this.run(`install -D /dev/null ${path} && base64 -d <<< ${encoded} > ${path}`)
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
  panel(name: 'Terminal' | 'Servers' | 'Processes' | 'Ports'): Locator {
    return this.page
      .getByRole('tablist', { name: 'Panels' })
      .getByRole('tab', { name: new RegExp(`^${name}`) })
  }
}
