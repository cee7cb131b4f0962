import type { SandboxSnapshot } from '@/lib/protocol/snapshots'

/** What a snapshot is called where it has no name: when it was made. */
export function snapshotName({ name, created_at }: SandboxSnapshot): string {
  return name || `the snapshot of ${madeAt(created_at)}`
}

/** The same inside a sentence, where a name could be read as a part of it. */
export function snapshotQuoted(snapshot: SandboxSnapshot): string {
  return snapshot.name ? `“${snapshot.name}”` : snapshotName(snapshot)
}

/** "29 Nov, 14:05", in the reader's time; with the year where it is another. */
export function madeAt(iso: string, now = Date.now()): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return 'an unknown time'
  const isThisYear = time.getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(time)
}

/** What is lost by going back to a snapshot, and what is not. */
export function restoreWarning(snapshot: SandboxSnapshot, unsavedFiles: number): string {
  const lost = `All files become as they were on ${madeAt(snapshot.created_at)}: what was made or changed since is lost, and everything that runs ends.`
  if (unsavedFiles === 0) return lost
  const unsaved =
    unsavedFiles === 1
      ? '1 file has unsaved edits: they stay'
      : `${unsavedFiles} files have unsaved edits: they stay`
  return `${lost} ${unsaved} in the editor, unsaved.`
}

/** The dashboard with a new sandbox about to begin with the snapshot. */
export function newSandboxUrl(appUrl: string, snapshotId: string): string {
  const url = new URL('/', appUrl)
  url.searchParams.set('from', snapshotId)
  return url.href
}
