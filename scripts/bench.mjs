import './steps/require-node.mjs'

// `npm run bench`, `npm run bench -- --quick`, `npm run bench -- --only files`: against what is built now.
void import('./steps/step-error.mjs').then(({ runScript }) =>
  runScript(async () => {
    const { prepare } = await import('./steps/prepare.mjs')
    const { runVisibly } = await import('./tests/run-visibly.mjs')
    await prepare({ testing: true })
    const program = ['node_modules/tsx/dist/cli.mjs', '--tsconfig', 'tsconfig.json', 'bench/bench.ts']
    process.exitCode = await runVisibly(process.execPath, [...program, ...process.argv.slice(2)])
  }),
)
