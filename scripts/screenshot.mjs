import './steps/require-node.mjs'

// `npm run screenshot`: docs/screenshot-light.png and -dark.png, of the real product at work.
void import('./steps/step-error.mjs').then(({ runScript }) =>
  runScript(async () => {
    const { prepare } = await import('./steps/prepare.mjs')
    const { runVisibly } = await import('./tests/run-visibly.mjs')
    await prepare({ testing: true })
    const program = [
      'node_modules/tsx/dist/cli.mjs',
      '--tsconfig',
      'tsconfig.json',
      'e2e/take-screenshots.ts',
    ]
    process.exitCode = await runVisibly(process.execPath, program)
  }),
)
