/** Progress goes to standard error: standard output is the program's. */
export function say(line) {
  console.error(line)
}

/** One line when a step begins, one when it is done. */
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
