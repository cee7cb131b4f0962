import { inBuild } from './paths.mjs'
import { prepare } from './prepare.mjs'
import { printHelp } from './settings-help.mjs'

/** `npm start` and `npm run dev`. What other arguments mean, the server says: settings are its own. */
export async function startCommand(args) {
  if (args.includes('--help') || args.includes('-h')) return printHelp()
  if (args.includes('--dev')) {
    const { runDevelopment } = await import('./development.mjs')
    return runDevelopment(args)
  }
  await prepare()
  process.env.NODE_ENV = 'production'
  process.setSourceMapsEnabled(true)
  // In this very process: signals, exit code and terminal are the server's own, and no second Node stays in memory.
  process.argv = [process.execPath, inBuild('server', 'main.js'), ...args]
  await import(process.argv[1])
}
