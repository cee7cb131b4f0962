import './steps/require-node.mjs'

const { runScript } = await import('./steps/step-error.mjs')
await runScript(async () => {
  const { prepare } = await import('./steps/prepare.mjs')
  await prepare()
  console.error('Everything is in place. Start with: npm start')
})
