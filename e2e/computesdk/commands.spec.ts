import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test.describe(nameOf(way), () => {
    test('sandbox.runCommand(…) answers both outputs and the exit code', async ({ connect }) => {
      const ran = await connect(way).runCommand('echo out; echo err >&2; exit 42')
      expect(ran).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exitCode: 42 })
      expect(ran.durationMs).toBeGreaterThanOrEqual(0)
    })

    test('sandbox.runCommand(…, { cwd, env }) runs there, with these', async ({ connect }) => {
      const sandbox = connect(way)
      const ran = await sandbox.runCommand('mkdir -p in/here && cd in/here && pwd')
      const { stdout } = await sandbox.runCommand('pwd; echo "$GREETING | $HOME"', {
        cwd: 'in/here',
        env: { GREETING: 'it\'s $1 "ok"' },
      })
      expect(stdout).toBe(`${ran.stdout}it's $1 "ok" | ${await home(sandbox)}\n`)
      await expect(sandbox.runCommand('pwd', { cwd: '/no/such' })).rejects.toThrow(/\(400\): .*\/no\/such/)
    })

    test('sandbox.runCommand(…, { onStdout, onStderr }) tells outputs as they come', async ({ connect }) => {
      const sandbox = connect(way)
      const said: string[] = []
      const first = deferred()
      const ran = sandbox.runCommand(
        'echo one; while [ ! -e told ]; do sleep 0.02; done; rm told; echo é >&2; exit 3',
        {
          onStdout: (text) => {
            said.push(`out ${text}`)
            first.resolve(text)
          },
          onStderr: (text) => said.push(`err ${text}`),
        },
      )
      // The command goes on only when its first line was heard while it ran.
      await first.promise
      await sandbox.runCommand('touch told')
      expect(await ran).toEqual({ stdout: 'one\n', stderr: 'é\n', exitCode: 3, durationMs: 0 })
      expect(said).toEqual(['out one\n', 'err é\n'])
    })

    test('sandbox.runCommand(…, { background: true, onStdout }) answers at once and tells on', async ({
      connect,
    }) => {
      const sandbox = connect(way)
      const heard = deferred()
      const ran = await sandbox.runCommand('while [ ! -e go ]; do sleep 0.02; done; rm go; echo late', {
        background: true,
        onStdout: heard.resolve,
      })
      expect(ran).toEqual({ stdout: '', stderr: '', exitCode: 0, durationMs: 0 })
      await sandbox.runCommand('touch go')
      expect(await heard.promise).toBe('late\n')
    })
  })

test('sandbox.runCommand(…, { timeout }) waits that many seconds', async ({ connect }) => {
  const sandbox = connect()
  expect(await sandbox.runCommand('echo in time; exit 5', { timeout: 20 })).toMatchObject({
    stdout: 'in time\n',
    exitCode: 5,
    status: 'failed',
  })
  await expect(sandbox.runCommand('sleep 60 # too long', { timeout: 1 })).rejects.toThrow(/\(408\)/)
  await sandbox.runCommand("pkill -f 'too lon[g]'")
})

test('sandbox.runCommand(…, { timeout, onStdout }) gives up in the client', async ({ connect }) => {
  const sandbox = connect()
  const ran = sandbox.runCommand('sleep 60 # streamed', { timeout: 1, onStdout: () => undefined })
  await expect(ran).rejects.toThrow('Command timed out after 1 seconds')
  await sandbox.runCommand("pkill -f 'streame[d]'")
})

test('sandbox.runCommand(…, { background: true }) names a command that can be waited for', async ({
  connect,
}) => {
  const sandbox = connect()
  const {
    terminalId = '',
    cmdId = '',
    ...ran
  } = await sandbox.run.command('sleep 0.1; echo done; exit 7', {
    background: true,
  })
  expect(ran).toMatchObject({ stdout: '', stderr: '', exitCode: 0, status: 'running' })
  expect(await sandbox.run.waitForCompletion(terminalId, cmdId)).toMatchObject({
    stdout: 'done\n',
    exitCode: 7,
    status: 'failed',
    cmdId,
    terminalId,
  })
  expect((await sandbox.getCommand(terminalId, cmdId)).data).toMatchObject({ cmd_id: cmdId, exit_code: 7 })
})

test('sandbox.run.command(…, { waitForCompletion, shell })', async ({ connect }) => {
  const ran = await connect().run.command('test -n "$BASH_VERSION" && echo bash; exit 1', {
    shell: '/bin/bash',
    background: true,
    waitForCompletion: { timeoutSeconds: 20 },
  })
  expect(ran).toMatchObject({ stdout: 'bash\n', exitCode: 1, status: 'failed' })
  expect(await connect().run.command('true', { background: true, waitForCompletion: true })).toMatchObject({
    exitCode: 0,
    status: 'completed',
  })
})

test('sandbox.runCommandRequest(…) and sandbox.execute(…) answer as on the wire', async ({ connect }) => {
  const sandbox = connect()
  const wire = {
    stdout: 'x\n',
    stderr: '',
    exit_code: 0,
    status: 'completed',
    duration_ms: expect.any(Number),
  }
  expect((await sandbox.runCommandRequest({ command: 'echo x' })).data).toMatchObject(wire)
  expect((await sandbox.execute({ command: 'echo x' })).data).toMatchObject(wire)
  const started = (await sandbox.execute({ command: 'true', background: true })).data
  expect(started).toMatchObject({
    status: 'running',
    terminal_id: expect.any(String),
    cmd_id: expect.any(String),
  })
  await expect(sandbox.execute({ command: '' })).rejects.toThrow(/\(400\)/)
})

test('sandbox.runCommand(…) beyond the 30 s of the client, and with much output', async ({ connect }) => {
  const sandbox = connect()
  const [long, much] = await Promise.all([
    sandbox.runCommand('sleep 33; echo awake'),
    sandbox.runCommand('head -c 3000000 /dev/zero | tr "\\0" x'),
  ])
  expect(long.stdout).toBe('awake\n')
  expect(much.stdout.length).toBe(3_000_000)
})

async function home(sandbox: {
  runCommand: (command: string) => Promise<{ stdout: string }>
}): Promise<string> {
  return (await sandbox.runCommand('printf %s "$HOME"')).stdout
}

/** What Promise.withResolvers is from Node 22 on. */
function deferred() {
  let resolve: (text: string) => void = () => undefined
  const promise = new Promise<string>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
