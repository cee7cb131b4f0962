import './steps/require-node.mjs'

// `npm test`: everything, with what it needs installed first. `npm test -- --only unit,e2e` picks parts.
void import('./steps/step-error.mjs').then(({ runScript }) =>
  runScript(async () => {
    const { testCommand } = await import('./tests/test-command.mjs')
    process.exitCode = (await testCommand(process.argv.slice(2))) ? 0 : 1
  }),
)
