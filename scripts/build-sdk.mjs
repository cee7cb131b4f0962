import { withLock } from './steps/lock.mjs'
import { buildSdk, sdkFolder } from './steps/sdk.mjs'
import { runScript } from './steps/step-error.mjs'

// `npm run build:sdk`: the client as a package of its own, when its sources have changed; prints the folder.
void runScript(async () => {
  await withLock(buildSdk)
  console.log(sdkFolder)
})
