import { stat } from 'node:fs/promises'

/**
 * Has the runtime start its threads for files, which it otherwise does at the first call that needs one. In a sandbox at its
 * limit of processes that is too late: a pool without a single thread never works, and the call is never answered. With one
 * it works, only slower.
 */
export function startThreadPool(): void {
  void stat('/')
}
