import './steps/require-node.mjs'

// `npm run build` builds all three programs anew, whatever the stamps say.
const { runScript } = await import('./steps/step-error.mjs')
await runScript(async () => {
  const { rmSync } = await import('node:fs')
  const { inBuild } = await import('./steps/paths.mjs')
  const { prepare } = await import('./steps/prepare.mjs')
  for (const name of ['agent', 'server', 'app', 'brotli']) rmSync(inBuild('stamps', name), { force: true })
  await prepare()
})
