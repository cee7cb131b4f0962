import './steps/require-node.mjs'

// Imported only now: an old Node stops at the line above instead of at syntax that it does not know.
const { runScript } = await import('./steps/step-error.mjs')
await runScript(async () => {
  const { startCommand } = await import('./steps/start-command.mjs')
  await startCommand(process.argv.slice(2))
})
