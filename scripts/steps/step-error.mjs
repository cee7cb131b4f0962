/** An expected failure: what happened, and what to do about it. Shown without a stack. */
export class StepError extends Error {
  constructor(message, options) {
    super(message, options)
    this.name = 'StepError'
  }
}

/** The one catch of every script. */
export async function runScript(main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof StepError ? `\n${error.message}` : error)
    process.exit(1)
  }
}
