import { parseArgs } from 'node:util'
import { inBuild } from './paths.mjs'
import { prepare } from './prepare.mjs'
import { printHelp } from './settings-help.mjs'
import { StepError } from './step-error.mjs'

/** `npm start` and `npm run dev`. */
export async function startCommand(args) {
  const { dev, help } = parseStartArguments(args)
  if (help) return printHelp()
  if (dev) {
    const { runDevelopment } = await import('./development.mjs')
    return runDevelopment()
  }
  await prepare()
  process.env.NODE_ENV = 'production'
  process.setSourceMapsEnabled(true)
  // In this very process: signals, exit code and terminal are the server's own, and no second Node stays in memory.
  await import(inBuild('server', 'main.js'))
}

function parseStartArguments(args) {
  try {
    const options = { dev: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } }
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new StepError(`${error.message}\nSettings are environment variables: see npm start -- --help.`)
  }
}
