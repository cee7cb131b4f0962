import './steps/require-node.mjs'

// `npm run build` builds all three programs anew, whatever the stamps say.
void import('./steps/step-error.mjs').then(({ runScript }) =>
  runScript(async () => {
    const { rmSync } = await import('node:fs')
    const { inBuild } = await import('./steps/paths.mjs')
    const { prepare } = await import('./steps/prepare.mjs')
    for (const name of ['agent', 'server', 'app', 'brotli']) rmSync(inBuild('stamps', name), { force: true })
    await prepare()
  }),
)
