import { constants } from 'node:os'
import { say } from './progress.mjs'
import { endCommands } from './run-command.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Does `work`, which installs or builds, so that Ctrl-C ends what that has started and then this process, with the exit code that
 * shells give it (130). Nothing that was begun counts as done: the next start does it again. Afterwards signals are the program's.
 */
export async function stopOnSignals(work) {
  let isStopping = false
  const stop = (signal) => {
    if (!isStopping) void stopNow(signal)
    isStopping = true
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    return await work()
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

async function stopNow(signal) {
  say('\nStopping…')
  await endCommands(signal)
  say('Stopped before all was in place. Start again to go on.')
  process.exit(128 + constants.signals[signal])
}
