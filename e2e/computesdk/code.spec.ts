import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test(`sandbox.runCode(…) recognises the language: ${nameOf(way)}`, async ({ connect }) => {
    const sandbox = connect(way)
    expect(await sandbox.runCode('import sys\nprint(1 + 1)')).toEqual({
      output: '2\n',
      exitCode: 0,
      language: 'python',
    })
    expect(await sandbox.runCode('const a = 2; console.log(a * 3)')).toEqual({
      output: '6\n',
      exitCode: 0,
      language: 'node',
    })
  })

test('sandbox.runCode(…, language) runs what it is told, both outputs together', async ({ connect }) => {
  const sandbox = connect()
  const { output } = await sandbox.runCode('console.log("a"); console.error("b"); process.exit(4)', 'node')
  expect(output).toContain('a\n')
  expect(output).toContain('b\n')
  expect(await sandbox.runCode('raise SystemExit(4)', 'python')).toMatchObject({ exitCode: 4 })
})

for (const [asked, answered] of [
  ['python3', 'python'],
  ['js', 'node'],
  ['javascript', 'node'],
  ['bash', 'bash'],
  ['sh', 'sh'],
] as const)
  test(`sandbox.run.code(…, { language: '${asked}' })`, async ({ connect }) => {
    const program =
      answered === 'node' ? 'console.log("hi")' : answered === 'python' ? 'print("hi")' : 'echo hi'
    expect(await connect().run.code(program, { language: asked })).toEqual({
      output: 'hi\n',
      exitCode: 0,
      language: answered,
    })
  })

test('sandbox.runCodeRequest(…) answers as on the wire and refuses unknown languages', async ({
  connect,
}) => {
  const sandbox = connect()
  expect((await sandbox.runCodeRequest('print(3)', 'python')).data).toMatchObject({
    output: '3\n',
    exit_code: 0,
    language: 'python',
  })
  await expect(sandbox.runCodeRequest('x', 'cobol')).rejects.toThrow(/\(400\): .*cobol/)
})
