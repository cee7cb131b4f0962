import { chmodSync, existsSync, renameSync } from 'node:fs'
import { SandboxError } from '@/lib/errors'
import type { SandboxPlaces } from './places'
import { own } from './sandbox-directory'
import type { Trash } from './trash'

/** An empty tree beside the sandbox's own, of the same user. All of these lie in a directory that is the host's. */
export function makeIncoming(places: SandboxPlaces, uid: number, trash: Trash): string {
  discardTree(places.incoming, trash)
  own(places.incoming, 0o755, uid)
  return places.incoming
}

/**
 * The incoming tree becomes the sandbox's. Its first renaming decides: whoever finds things in the middle, goes on from there.
 */
export function swapIn(places: SandboxPlaces, trash: Trash): void {
  if (!existsSync(places.incoming))
    throw new SandboxError('sandbox_not_found', 'The sandbox was deleted meanwhile.')
  renameSync(places.incoming, places.restored)
  finishSwap(places, trash)
}

/** Also what a process of ours left that ended on the way. Does nothing where no tree waits to take its place. */
export function finishSwap(places: SandboxPlaces, trash: Trash): void {
  discardTree(places.incoming, trash)
  if (!existsSync(places.restored)) return
  discardTree(places.root, trash)
  renameSync(places.restored, places.root)
}

/** Only who may write to a directory may move it elsewhere, and the sandbox says who may. */
export function discardTree(path: string, trash: Trash): void {
  if (!existsSync(path)) return
  chmodSync(path, 0o700)
  trash.take(path)
}
