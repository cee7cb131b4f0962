import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test(`sandbox.env.update / retrieve / remove / exists: ${nameOf(way)}`, async ({ connect }) => {
    const { env, filesystem } = connect(way)
    const file = `conf & co/${way.form}-${way.protocol}.env`
    expect(await env.exists(file)).toBe(false)
    await expect(env.retrieve(file)).rejects.toThrow(/\(404\)/)
    await filesystem.writeFile(file, '# first\nexport A=1\nB="two words"\n')
    expect((await env.update(file, { B: 'x # "y"', C: "a'b\n$c" })).toSorted()).toEqual(['B', 'C'])
    expect(await env.retrieve(file)).toEqual({ A: '1', B: 'x # "y"', C: "a'b\n$c" })
    expect(await filesystem.readFile(file)).toMatch(/^# first\nexport A=1\nB=/)
    expect(await env.remove(file, ['A', 'NONE'])).toEqual(['A'])
    expect(await env.retrieve(file)).toEqual({ B: 'x # "y"', C: "a'b\n$c" })
    expect(await env.exists(file)).toBe(true)
  })

test('sandbox.setEnv / getEnv / deleteEnv / checkEnvFile answer as on the wire', async ({ connect }) => {
  const sandbox = connect()
  expect((await sandbox.setEnv('wire.env', { K: 'v' })).data).toEqual({ file: 'wire.env', keys: ['K'] })
  expect((await sandbox.getEnv('wire.env')).data).toEqual({ file: 'wire.env', variables: { K: 'v' } })
  expect((await sandbox.deleteEnv('wire.env', ['K'])).data).toEqual({ file: 'wire.env', keys: ['K'] })
  expect(await sandbox.checkEnvFile('wire.env')).toBe(true)
})
