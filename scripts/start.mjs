import './steps/require-node.mjs'

// Imported only now, and so on: an old Node stops at the line above instead of at syntax that it does not know.
void import('./steps/step-error.mjs').then(({ runScript }) =>
  runScript(async () => {
    const { startCommand } = await import('./steps/start-command.mjs')
    await startCommand(process.argv.slice(2))
  }),
)
