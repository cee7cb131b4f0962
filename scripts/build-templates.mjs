import { withLock } from './steps/lock.mjs'
import { buildTemplates, templatesFolder } from './steps/templates.mjs'

// For tests that start sandboxes: makes /templates when its sources have changed, and prints the folder.
await withLock(buildTemplates)
console.log(templatesFolder)
