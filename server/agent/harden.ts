import { constants } from 'node:os'
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
const SIG_DFL = 0
/** Bun handles these by ending with a report, also where a program inside has sent them. */
const CRASH_SIGNALS = ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGSYS'] as const
/** A child of Bun's is being reaped by Bun itself; this is how soon to look behind it. */
const LOOK_AGAIN_MS = 20

/**
 * What pid 1 of a sandbox owes: its memory and environment are closed to the code beside it (not dumpable: no ptrace, no
 * /proc/1/environ), no signal from there ends it, and what loses its parent is reaped.
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
  ignoreCrashSignals()
  process.on('SIGCHLD', reapOrphans)
}

/** By their default, from which the kernel spares the first process of a namespace; a real fault still ends it. */
function ignoreCrashSignals(): void {
  for (const name of CRASH_SIGNALS) libc().signal(constants.signals[name], SIG_DFL)
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
