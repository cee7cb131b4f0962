import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test(`sandbox.child.create / list / retrieve / destroy: ${nameOf(way)}`, async ({
    connect,
    shared,
    server,
  }) => {
    const sandbox = connect(way)
    const child = await sandbox.child.create({ directory: '/kid' })
    expect(child).toMatchObject({ directory: '/kid', is_main: false, url: expect.any(String) })
    const box = {
      sandboxId: child.subdomain,
      url: `${server.url}/sandboxes/${child.subdomain}`,
      token: shared.token,
    }
    expect((await connect(way, box).runCommand('pwd')).stdout).toBe('/kid\n')
    expect(await (await fetch(`${child.url}/health`)).json()).toMatchObject({ status: 'ok' })
    const listed = await sandbox.child.list()
    expect(listed.find(({ is_main }) => is_main)?.subdomain).toBe(shared.sandboxId)
    expect(listed.map(({ subdomain }) => subdomain)).toContain(child.subdomain)
    expect(await sandbox.child.retrieve(child.subdomain)).toMatchObject({ subdomain: child.subdomain })
    await sandbox.child.destroy(child.subdomain, { deleteFiles: true })
    await expect(sandbox.child.retrieve(child.subdomain)).rejects.toThrow(/\(404\)/)
    await expect(sandbox.child.destroy(shared.sandboxId)).rejects.toThrow(/\(400\)/)
  })

test('sandbox.createSandbox / listSandboxes / getSandbox / deleteSandbox', async ({ connect, gateway }) => {
  const sandbox = connect()
  const child = await sandbox.createSandbox()
  expect((await sandbox.getSandbox(child.subdomain)).subdomain).toBe(child.subdomain)
  expect((await sandbox.listSandboxes()).sandboxes.length).toBeGreaterThan(1)
  // Its files are kept: it is its owner's alone now.
  await sandbox.deleteSandbox(child.subdomain)
  await expect(sandbox.getSandbox(child.subdomain)).rejects.toThrow(/\(404\)/)
  await gateway.delete(child.subdomain)
})
