import type { TerminalInstance } from 'computesdk'
import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test.describe(nameOf(way), () => {
    test('sandbox.terminal.create({ pty: true }): write, resize, output, destroyed', async ({ connect }) => {
      const sandbox = connect(way)
      const terminal = await sandbox.terminal.create({ pty: true, shell: '/bin/bash' })
      expect(terminal.isPTY()).toBe(true)
      expect(terminal.isRunning()).toBe(true)
      expect(terminal.getStatus()).toBe('running')
      expect(terminal.getChannel()).toBe(`terminal:${terminal.getId()}`)
      const screen = follow(terminal)
      terminal.resize(97, 31)
      terminal.write('stty size; echo "ü-$((40+2))"\n')
      await screen.shows(/31 97[\s\S]*ü-42/)
      const destroyed = new Promise<void>((resolve) => terminal.on('destroyed', resolve))
      await terminal.destroy()
      await destroyed
      await expect(sandbox.terminal.destroy(terminal.getId())).rejects.toThrow(/\(404\)/)
    })

    test("sandbox.terminal.create({ pty: true, encoding: 'base64' }) and off(…)", async ({ connect }) => {
      const terminal = await connect(way).terminal.create({ pty: true, encoding: 'base64' })
      const unwanted: string[] = []
      const handler = (text: string) => void unwanted.push(text)
      terminal.on('output', handler)
      terminal.off('output', handler)
      const screen = follow(terminal)
      terminal.write('printf "日%s\\n" 本\n')
      await screen.shows(/日本/)
      expect(unwanted).toEqual([])
      await terminal.destroy()
    })

    test('sandbox.terminal.create(): execute and command.run / list / retrieve', async ({ connect }) => {
      const sandbox = connect(way)
      const terminal = await sandbox.terminal.create()
      expect([terminal.isPTY(), terminal.getStatus(), terminal.getChannel()]).toEqual([false, 'ready', null])
      expect((await terminal.execute('echo one')).data).toMatchObject({ stdout: 'one\n', exit_code: 0 })
      const command = await terminal.command.run('sleep 0.1; echo two; exit 3', { background: true })
      expect(command.status).toBe('running')
      await command.wait()
      expect(command).toMatchObject({ status: 'failed', stdout: 'two\n', exitCode: 3 })
      const again = await terminal.command.retrieve(command.id)
      expect((await again.refresh()).stdout).toBe('two\n')
      expect((await terminal.command.list()).map(({ command }) => command)).toEqual([
        'echo one',
        'sleep 0.1; echo two; exit 3',
      ])
      await terminal.destroy()
    })
  })

test('sandbox.createTerminal(shell) is a PTY with that shell; getTerminal and listTerminals know it', async ({
  connect,
}) => {
  const sandbox = connect()
  const terminal = await sandbox.createTerminal('/bin/sh')
  const screen = follow(terminal)
  terminal.write('echo "<$0>"\n')
  await screen.shows(/<\/bin\/sh>/)
  const listed = (await sandbox.listTerminals()) as unknown as { id: string; pty: boolean; status: string }[]
  expect(listed.find(({ id }) => id === terminal.id)).toMatchObject({ pty: true, status: 'running' })
  expect(await sandbox.terminal.list()).toEqual(listed)
  expect((await sandbox.getTerminal(terminal.id)).id).toBe(terminal.id)
  await expect(terminal.execute('true')).rejects.toThrow()
  await sandbox.terminal.destroy(terminal.id)
})

test('sandbox.terminal.retrieve(id) of another client: the same shell, alive', async ({ connect }) => {
  const first = await connect().terminal.create({ pty: true })
  first.write('MARK=kept\n')
  const second = await connect().terminal.retrieve(first.id)
  const screen = follow(second)
  second.write('echo "[$MARK]"\n')
  await screen.shows(/\[kept\]/)
  await second.destroy()
  await expect(connect().terminal.retrieve(first.id)).rejects.toThrow(/\(404\)/)
})

test('sandbox.listCommands / getCommand / waitForCommand', async ({ connect }) => {
  const sandbox = connect()
  const { id, command } = await sandbox.terminal.create({ pty: false })
  const started = await command.run('echo x', { background: true })
  expect((await sandbox.waitForCommand(id, started.id)).data).toMatchObject({
    stdout: 'x\n',
    status: 'completed',
  })
  expect((await sandbox.getCommand(id, started.id)).data).toMatchObject({ exit_code: 0 })
  expect((await sandbox.listCommands(id)).data).toMatchObject({ count: 1 })
  const slow = await command.run('sleep 60 # slowly', { background: true })
  await expect(sandbox.waitForCommand(id, slow.id, 1)).rejects.toThrow(/\(408\)/)
  await expect(sandbox.getCommand(id, 'cmd-none')).rejects.toThrow(/\(404\)/)
  await sandbox.terminal.destroy(id)
})

test('a client whose socket broke hears the terminal again, with what was said meanwhile', async ({
  connect,
}) => {
  const sandbox = connect()
  const terminal = await sandbox.terminal.create({ pty: true })
  const screen = follow(terminal)
  terminal.write('echo before-$((1))\n')
  await screen.shows(/before-1/)
  terminal.write('while [ ! -e gap ]; do sleep 0.02; done; rm gap; echo mean-$((2))\n')
  await screen.shows(/rm gap/)
  const { _ws: socket } = sandbox as unknown as { _ws: { ws: { terminate(): void }; isConnected(): boolean } }
  socket.ws.terminate()
  await expect.poll(() => socket.isConnected()).toBe(false)
  await connect().runCommand('touch gap')
  await screen.shows(/mean-2/)
  expect(screen.text().match(/before-1/g)).toHaveLength(1)
  await terminal.destroy()
})

function follow(terminal: TerminalInstance) {
  let text = ''
  terminal.on('output', (output) => {
    text += output
  })
  return { text: () => text, shows: (pattern: RegExp) => expect.poll(() => text).toMatch(pattern) }
}
