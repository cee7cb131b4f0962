import { readdirSync, readFileSync } from 'node:fs'
import { Dashboard } from './dashboard'
import { expect, test } from './fixtures'

test('an ended sandbox leaves no process and no file', async ({ openSandbox, page, server }) => {
  const workbench = await openSandbox('Blank')
  const id = workbench.sandboxId
  const marker = `${server.port}.25`
  // One that ignores every polite request, in a session of its own.
  await workbench.run(
    `setsid sh -c 'trap "" HUP INT TERM; sleep ${marker}; sleep ${marker}' & echo "is"" up"`,
  )
  await workbench.expectScreen(/is up/)
  await expect.poll(() => processesWith(marker)).not.toEqual([])
  expect(pathsWith(server.dataDir, id)).not.toEqual([])

  await page.goto(server.url)
  const dashboard = new Dashboard(page)
  await expect(dashboard.rows).toHaveCount(1)
  const name = await dashboard.rows.getByRole('link').innerText()
  await dashboard.endSandbox(name)
  await expect(dashboard.rows).toHaveCount(0)

  await expect.poll(() => processesWith(marker)).toEqual([])
  await expect.poll(() => processesWith(id)).toEqual([])
  await expect.poll(() => pathsWith(server.dataDir, id)).toEqual([])
})

/** Command lines of this machine that contain a text. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map(commandLine)
    .filter((line) => line.includes(text))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

/** Where something goes away while it is looked at, it is still there. */
function pathsWith(folder: string, text: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes(text))
  } catch (error) {
    return [String(error)]
  }
}
