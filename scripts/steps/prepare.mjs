import { buildAgent, buildApp, buildServer } from './build-steps.mjs'
import { stopOnSignals } from './interruption.mjs'
import { withLock } from './lock.mjs'
import { ensureNpmPackages } from './npm-packages.mjs'
import { ensureSystemPackages } from './system-packages.mjs'
import { buildTemplates } from './templates.mjs'
import { ensureTunDevice } from './tun-device.mjs'

/** Everything between a clone and a running Sandlot that is not there yet; some tens of milliseconds when all is. */
export function prepare({
  app = true,
  agent = true,
  server = true,
  templates = true,
  testing = false,
  mayLack = false,
} = {}) {
  return stopOnSignals(() =>
    withLock(async () => {
      await together([ensureSystemPackages({ testing, mayLack }), ensureNpmPackages(), ensureTunDevice()])
      await together([
        agent && buildAgent(),
        server && buildServer(),
        app && buildApp(),
        templates && buildTemplates(),
      ])
    }),
  )
}

/** All at once; all have ended before a failure goes on, so that nothing works on behind an error message. */
async function together(works) {
  const results = await Promise.allSettled(works)
  const failure = results.find(({ status }) => status === 'rejected')
  if (failure) throw failure.reason
}
