import './steps/require-node.mjs'

// `npm run doctor`, `npm run key -- …`, `npm run sign-in`: sets up what is missing and runs that program.
void import('./steps/step-error.mjs').then(({ runScript, StepError }) =>
  runScript(async () => {
    const { existsSync } = await import('node:fs')
    const { inBuild } = await import('./steps/paths.mjs')
    const { prepare } = await import('./steps/prepare.mjs')
    const [name, ...args] = process.argv.slice(2)
    // The doctor names what is missing itself, beside all the rest.
    await prepare({ app: false, templates: false, mayLack: name === 'doctor' })
    const program = inBuild('server', `${name}.js`)
    if (!name || !existsSync(program))
      throw new StepError(`There is no program called ${name}. Try doctor, key or sign-in.`)
    process.env.NODE_ENV = process.env.NODE_ENV || 'production'
    process.argv = [process.execPath, program, ...args]
    await import(program)
  }),
)
