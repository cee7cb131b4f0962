import WebSocket from 'ws'
import { SandboxClient } from '@/lib/client/sandbox-client'
import { TerminalSession } from '@/lib/client/terminal-session'
import { expect, test } from './fixtures'
import { Workbench } from './workbench'

const LINES = 200_000
/** Slow enough that a reload and a kill fall into it: `seq` alone is over in a tenth of a second. */
const FLOOD = `for start in $(seq 1 10000 ${LINES}); do seq $start $((start + 9999)); sleep 0.7; done`
/** The scrollback of the workbench's terminals. */
const KEPT_LINES = 10_000

test('a reload and a killed server cost neither the shell nor its screen', async ({
  openSandbox,
  page,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('cd /tmp && MARK=kept-$$; echo "$MARK"')
  await workbench.expectScreen(/^kept-\d+$/m)
  const [mark = ''] = /^kept-\d+$/m.exec(await workbench.screen()) ?? []

  await page.reload()
  await workbench.expectScreen(new RegExp(`^${mark}$`, 'm'))
  const before = await workbench.screen()
  await server.kill()
  await server.start()
  await workbench.run('echo "$MARK in $PWD"')
  await workbench.expectScreen(new RegExp(`^${mark} in /tmp$`, 'm'), 30_000)
  expect((await workbench.screen()).startsWith(before.slice(0, before.lastIndexOf('\n')))).toBe(true)
})

test('what a tab keeps of a flood is whole after a reload and a kill in its middle', async ({
  openSandbox,
  page,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  await workbench.run(`clear; ${FLOOD}; echo "flood"" over"`)
  await expectMiddle(workbench)
  await page.reload()
  await expectMiddle(workbench)
  await server.kill()
  await expectMiddle(workbench)
  await server.start()
  await workbench.expectScreen(/flood over/, 60_000)

  const lines = (await workbench.scrollback()).trimEnd().split('\n').slice(0, -2)
  expect(lines.length).toBeGreaterThanOrEqual(KEPT_LINES)
  expect(lines).toEqual(lines.map((_, index) => String(LINES - lines.length + 1 + index)))
})

test('after an outage of the network the terminal goes on where it was', async ({
  dashboard,
  page,
  server,
}) => {
  const { sandboxId, token } = await (await server.sandboxes()).create({})
  const client = new SandboxClient({ baseUrl: `${server.url}/sandboxes/${sandboxId}`, token })
  await page.reload()
  await dashboard.rows.getByRole('link').click()
  await page.waitForURL(/\/play\//)
  const workbench = new Workbench(page)
  await workbench.waitForPrompt()
  await workbench.run('clear; cat; seq -f "line %g" 500; touch over')
  // That alone lets the WebSockets go on that are open: Chromium only refuses new ones.
  await page.context().setOffline(true)
  await server.kill()
  await expect(page.getByText('Connection lost. Reconnecting')).toBeVisible()
  await server.start()

  // Somebody whose network works lets it go on meanwhile.
  const cat = (await client.processes()).find(({ command }) => command === 'cat')
  await client.signal(cat?.pid ?? 0, 'SIGTERM')
  await expect.poll(async () => (await client.names()).files).toContain('over')
  expect(await workbench.screen()).not.toContain('line 1')
  await page.context().setOffline(false)
  await workbench.expectScreen(/^line 500\n.*[$#]$/m)
  const lines = (await workbench.scrollback()).split('\n').filter((line) => /^line \d+$/.test(line))
  expect(lines).toEqual(Array.from({ length: 500 }, (_, index) => `line ${index + 1}`))
})

/** The flood has begun, and has not ended. */
async function expectMiddle(workbench: Workbench): Promise<void> {
  await workbench.expectScreen(/^\d+\n\d+$/m)
  const shown = Math.max(...(await workbench.screen()).split('\n').map(Number).filter(Number.isInteger))
  expect(shown).toBeLessThan(LINES)
}

test('every line of a flood arrives once, over two kills of the server', async ({ server }) => {
  const sandboxes = await server.sandboxes()
  const { sandboxId, token } = await sandboxes.create({})
  const client = new SandboxClient({ baseUrl: `${server.url}/sandboxes/${sandboxId}`, token })
  const { id } = await client.createTerminal({ command: `${FLOOD}; echo done` })

  let text = ''
  let gaps = 0
  const session = new TerminalSession({
    url: (offset) => client.terminalStreamUrl(id, offset),
    openSocket: (url) => new WebSocket(url) as never,
    handlers: {
      onOutput: (bytes, { endOffset }) => {
        text += new TextDecoder('latin1').decode(bytes)
        session.consumed(endOffset)
      },
      onGap: () => {
        gaps += 1
      },
      onStart: () => undefined,
      onResize: () => undefined,
      onRole: () => undefined,
      onState: () => undefined,
      onInputDropped: () => undefined,
    },
  })
  for (const seen of [/^20000\r$/m, /^120000\r$/m]) {
    await expect.poll(() => seen.test(text), { timeout: 30_000 }).toBe(true)
    await server.kill()
    await server.start()
  }
  await expect.poll(() => text.endsWith('done\r\n'), { timeout: 60_000 }).toBe(true)
  session.close()
  await sandboxes.delete(sandboxId)

  expect(gaps).toBe(0)
  const lines = text.trimEnd().split('\r\n').slice(0, -1)
  expect(lines.length).toBe(LINES)
  expect(lines.findIndex((line, index) => line !== String(index + 1))).toBe(-1)
})
