import './steps/require-node.mjs'

void import('./steps/step-error.mjs').then(({ runScript }) =>
  runScript(async () => {
    const { prepare } = await import('./steps/prepare.mjs')
    await prepare()
    console.error('Everything is in place. Start with: npm start')
  }),
)
