import * as z from 'zod/mini'
import { SandboxError } from '@/lib/errors'
import { MAX_OVERLAYS, type Overlay, type OverlayBody } from '@/server/agent-contract/overlays'
import { ignoreMatcher } from '../globs'
import { randomId } from '../random-id'
import { readState, writeState } from '../state-directory'
import { overlayPlace } from './overlay-place'
import { RunningOverlay, StoredOverlay } from './running-overlay'

const STATE = 'overlays'
/** Callers give up after 30 s: what takes longer goes on behind the answer. */
const MAX_ANSWER_MS = 20_000

let loaded: Map<string, RunningOverlay> | undefined

/** Copies `source` into `target`; resolves when all but package directories is in place. */
export async function createOverlay(body: OverlayBody): Promise<Overlay> {
  const { source, target, strategy = 'smart', ignore = [] } = body
  ignoreMatcher(ignore)
  const place = overlayPlace(body)
  const all = overlays()
  if (all.size >= MAX_OVERLAYS) {
    throw new SandboxError(
      'too_many',
      `This sandbox has ${MAX_OVERLAYS} overlays. Delete some: their files stay.`,
    )
  }
  const overlay = new RunningOverlay(
    {
      id: randomId(),
      source,
      target,
      strategy,
      createdAtMs: Date.now(),
      copiedFiles: 0,
      copiedDirectories: 0,
      skipped: [],
      status: 'pending',
      error: null,
      ignore,
      ...place,
      hasOwnFiles: false,
    },
    keep,
  )
  all.set(overlay.id, overlay)
  try {
    await withinAnswer(overlay.start())
  } catch (thrown) {
    // Its caller is told at once and has no use for a record.
    all.delete(overlay.id)
    keep()
    throw thrown
  }
  return overlay.record()
}

export function listOverlays(): Overlay[] {
  return [...overlays().values()].map((overlay) => overlay.record())
}

export function findOverlay(id: string): Overlay {
  return find(id).record()
}

/** Ends its copying and forgets it; every file stays. */
export function deleteOverlay(id: string): void {
  find(id).cancel()
  overlays().delete(id)
  keep()
}

/** Fulfilled when the overlay is copied whole; rejects where it failed, is deleted before or does not exist. */
export async function overlayDone(id: string): Promise<void> {
  await find(id).done
}

/** At the start of a sandbox: what its stop cut short goes on. */
export function resumeOverlays(): void {
  for (const overlay of overlays().values()) overlay.resume()
}

function find(id: string): RunningOverlay {
  const overlay = overlays().get(id)
  if (!overlay) throw new SandboxError('not_found', `There is no overlay ${id}.`)
  return overlay
}

function overlays(): Map<string, RunningOverlay> {
  if (loaded) return loaded
  const stored = readState(STATE, z.array(StoredOverlay)) ?? []
  loaded = new Map(stored.slice(0, MAX_OVERLAYS).map((each) => [each.id, new RunningOverlay(each, keep)]))
  return loaded
}

/** A full disk must not hold up what is being done: the record in memory is the one that counts. */
function keep(): void {
  try {
    writeState(
      STATE,
      [...overlays().values()].map((overlay) => overlay.stored()),
    )
  } catch (thrown) {
    process.stderr.write(`sandlot-agent: Overlays will not be known after a stop: ${thrown}\n`)
  }
}

async function withinAnswer(copying: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, MAX_ANSWER_MS)
  // Where it fails later, that is in the record.
  copying.catch(() => undefined)
  await Promise.race([copying, over.promise])
  clearTimeout(timer)
}
