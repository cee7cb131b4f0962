/**
 * How long a tab that was reloaded waits for its former self to be gone. It is gone already, or about to be; only beside a
 * duplicate of this tab, which knows the same name, the wait is in vain.
 */
const TAKE_OVER_MS = 1500

/**
 * The name under which this tab keeps its edits: the same over reloads, another one in every tab. Whoever holds the lock of
 * that name lives; the browser releases it with the page, however that ends.
 */
export async function beginSession(scope: string): Promise<string> {
  const before = readName(scope)
  if (before !== null && (await hold(lockName(scope, before)))) return before
  // Not `randomUUID`: pages at an address without TLS have none.
  const name = crypto.getRandomValues(new Uint32Array(4)).join('-')
  writeName(scope, name)
  await hold(lockName(scope, name))
  return name
}

/**
 * Does something with what a tab left behind, if it is gone; answers false where it lives. Pages at an address without TLS
 * have no locks, so that every other tab counts as gone there: its edits move to the tab that was opened last.
 */
export async function ifGone(scope: string, name: string, act: () => Promise<boolean>): Promise<boolean> {
  const locks = lockManager()
  if (!locks) return act()
  return locks.request(lockName(scope, name), { ifAvailable: true }, async (lock) => lock !== null && act())
}

/** Holds a lock until this page is gone. False: another page holds it. */
function hold(name: string): Promise<boolean> {
  const locks = lockManager()
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(TAKE_OVER_MS)
    const held = () => {
      resolve(true)
      return new Promise<never>(() => undefined)
    }
    locks.request(name, { signal }, held).catch(() => resolve(false))
  })
}

function lockManager(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks
}

function lockName(scope: string, name: string): string {
  return `${scope}:edits:${name}`
}

function readName(scope: string): string | null {
  try {
    return sessionStorage.getItem(`${scope}:edits`)
  } catch {
    return null
  }
}

function writeName(scope: string, name: string): void {
  try {
    sessionStorage.setItem(`${scope}:edits`, name)
  } catch {
    // Without it, a reloaded tab is a new one, and takes over from the one that is gone.
  }
}
