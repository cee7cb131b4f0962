import { openSync, readFileSync, writeSync } from 'node:fs'

const FILE = '/proc/self/oom_score_adj'
/** The kernel takes user processes first when memory runs out, and the agent goes on answering. */
const USER_SCORE = '1000'

let descriptor: number | undefined
let ownScore = '0'

/** While the agent is open to others: once it closes itself to them, this file is closed to it too. */
export function openOomScore(): void {
  try {
    ownScore = readFileSync(FILE, 'utf8').trim()
    descriptor = openSync(FILE, 'r+')
  } catch (thrown) {
    // Without /proc all are equal before the kernel: worth knowing, no reason not to work.
    process.stderr.write(`sandlot-agent: Programs will not be first to go when memory is short: ${thrown}\n`)
  }
}

/**
 * Whatever `start` starts is born with the users' score. To set it afterwards would be too late: the child may have
 * children by then, and for an agent that is no root its file is closed until it has gone all the way into its program.
 */
export function withUserOomScore<T>(start: () => T): T {
  setScore(USER_SCORE)
  try {
    return start()
  } finally {
    setScore(ownScore)
  }
}

function setScore(score: string): void {
  if (descriptor !== undefined) writeSync(descriptor, score, 0)
}
