import { expect } from '@playwright/test'
import { AS_USER, HIDE_BUBBLEWRAP, READY, test } from './start-fixtures'
import type { StartScript } from './start-script'

test('npm start -- --help says what there is, and starts nothing', async ({ start }) => {
  const help = start({ program: ['scripts/start.mjs', '--help'] })
  expect(await help.exited, help.output).toBe(0)
  for (const told of ['npm run doctor', 'npm run key -- create', 'SANDLOT_MEMORY_MB', 'DATABASE_URL'])
    expect(help.output).toContain(told)
  expect(help.output).not.toMatch(READY)
})

test.describe('npm run key', () => {
  const key = (...args: string[]) => ({ program: ['scripts/run.mjs', 'key', ...args] })

  test('lists keys without their secrets, and revokes one while the server runs', async ({ start }) => {
    const url = await start().says(READY)
    const secret = await start(key('create', 'mine')).says(/^(sl_\S+)$/m)
    const other = await start(key('create', '--name', 'other')).says(/^(sl_\S+)$/m)
    expect(await statusOf(url, secret)).toBe(200)

    const id = await start(key('list')).says(/^(\S+) .* mine$/m)
    const list = start(key('list'))
    expect(await list.exited, list.output).toBe(0)
    expect(list.output).toMatch(
      new RegExp(`^${id}  ${secret.slice(0, 9)}…  \\S+  (\\S+Z|never used)  mine$`, 'm'),
    )
    expect(list.output).toMatch(/ {2}never used {2}other$/m)
    for (const kept of [secret, other]) expect(list.output).not.toContain(kept)

    const revoke = start(key('revoke', id))
    expect(await revoke.exited, revoke.output).toBe(0)
    expect([await statusOf(url, secret), await statusOf(url, other)]).toEqual([401, 200])
    const left = start(key('list'))
    expect(await left.exited).toBe(0)
    expect(left.output).not.toContain(id)
    const again = start(key('revoke', id))
    expect(await again.exited).toBe(1)
    expect(again.output).toContain('There is no such API key.')
  })
})

async function statusOf(url: string, key: string): Promise<number> {
  return (await fetch(`${url}/v1/sandboxes`, { headers: { authorization: `Bearer ${key}` } })).status
}

test.describe('npm run doctor', () => {
  const DOCTOR = ['scripts/run.mjs', 'doctor']

  test('names what this machine can do, and a remedy for all that could be better', async ({ start }) => {
    const table = start({ program: DOCTOR })
    expect(await table.exited, table.output).toBe(0)
    for (const name of ['users', 'egress', 'limits', 'tools'])
      expect(table.output).toMatch(rowOf('[✓!]', name))
    for (const name of ['bubblewrap', 'namespaces', 'disk', 'runtime: node'])
      expect(table.output).toMatch(rowOf('✓', name))
    expect(table.output).toMatch(/All is well|Sandboxes run here/)

    const json = start({ program: [...DOCTOR, '--json'] })
    expect(await json.exited, json.output).toBe(0)
    expectRemedies(json)
  })

  test('goes through all the rest where no sandbox can start, and ends with 1', async ({
    newCheckout,
    start,
  }) => {
    const { path: folder } = await newCheckout('built')
    const within = [...AS_USER, 'sh', '-c', `${HIDE_BUBBLEWRAP} && exec "$@"`, 'sh']
    const table = start({ folder, within, program: DOCTOR })
    expect(await table.exited, table.output).toBe(1)
    expect(table.output).toMatch(rowOf('✗', 'bubblewrap'))
    expect(table.output).toMatch(/→ sudo apt install bubblewrap$/m)
    expect(table.output).toMatch(rowOf('✓', 'runtime: node'))
    expect(table.output).toContain('Sandboxes cannot run here yet')

    const json = start({ folder, within, program: [...DOCTOR, '--json'] })
    expect(await json.exited, json.output).toBe(1)
    expectRemedies(json)
  })
})

function rowOf(mark: string, name: string): RegExp {
  return new RegExp(`^${mark} ${name}(: \\S+)? `, 'm')
}

function expectRemedies({ output }: StartScript): void {
  // What a start says of the machine may stand before it.
  const { checks } = JSON.parse(output.slice(output.indexOf('{\n')))
  expect(checks.length).toBeGreaterThan(5)
  for (const { name, status, remedy } of checks)
    if (status !== 'ok') expect(remedy, `${name} is ${status}`).toMatch(/\S/)
}
