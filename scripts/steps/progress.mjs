let isQuiet = false

/** Commands whose output is read by programs show only what fails. */
export function silenceProgress() {
  isQuiet = true
}

export function say(line) {
  if (!isQuiet) console.error(line)
}

/** One line when a step begins, one when it is done. On standard error: standard output is the program's. */
export async function step(label, run) {
  const startedAt = performance.now()
  say(`${label}…`)
  const result = await run()
  say(`${label}: done in ${formatSeconds(performance.now() - startedAt)}`)
  return result
}

export function formatSeconds(ms) {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}
