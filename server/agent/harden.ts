import { libc } from './libc'
import { openOomScore } from './oom-score'
import { isOwnChild } from './own-children'

const PR_SET_DUMPABLE = 4
const P_ALL = 0
const WNOHANG = 1
const WEXITED = 4
const WNOWAIT = 0x01000000
/** Where siginfo_t has si_pid on 64-bit Linux: after three numbers and a gap. */
const SI_PID_OFFSET = 16
const SIGINFO_BYTES = 128
/** A child of Bun's is being reaped by Bun itself; this is how soon to look behind it. */
const LOOK_AGAIN_MS = 20

/**
 * What pid 1 of a sandbox owes: its memory and environment are closed to the code beside it (not dumpable: no ptrace, no
 * /proc/1/environ), and what loses its parent is reaped.
 */
export function hardenAgent(): void {
  // The agent's file is not readable, so the kernel starts it closed, to itself too. Nothing runs beside it yet.
  libc().prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
  try {
    openOomScore()
  } finally {
    libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
  }
  if (process.pid !== 1) return
  process.on('SIGCHLD', reapOrphans)
}

/** Bun reaps only what it spawned, and must be the one to do so, or it never learns the exit code. */
function reapOrphans(): void {
  const info = new Uint8Array(SIGINFO_BYTES)
  const view = new DataView(info.buffer)
  for (;;) {
    view.setInt32(SI_PID_OFFSET, 0, true)
    if (libc().waitid(P_ALL, 0, info, WNOHANG | WNOWAIT | WEXITED) !== 0) return
    const pid = view.getInt32(SI_PID_OFFSET, true)
    if (pid === 0) return
    if (isOwnChild(pid)) {
      lookAgainSoon()
      return
    }
    libc().waitpid(pid, null, WNOHANG)
  }
}

function lookAgainSoon(): void {
  if (isLookPlanned) return
  isLookPlanned = true
  setTimeout(() => {
    isLookPlanned = false
    reapOrphans()
  }, LOOK_AGAIN_MS)
}

let isLookPlanned = false
