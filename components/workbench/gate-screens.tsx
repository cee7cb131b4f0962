'use client'

import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Spinner } from '@/components/ui/spinner'
import type { SandboxError } from '@/lib/errors'
import type { SandboxSnapshot } from '@/lib/protocol/snapshots'
import type { EditJournal, JournalEntry } from './edit-journal'
import { download } from './file-menu'
import { baseName } from './file-paths'
import { guessAppUrl } from './sandbox-address'
import { snapshotName } from './snapshot-words'
import { useSandboxActions } from './use-sandbox-actions'
import { useWorkbench } from './workbench-context'

/** Whether trying again is in vain, because there is no way in any more. */
export function isFinal(error: SandboxError): boolean {
  return ['unauthorized', 'forbidden', 'sandbox_not_found', 'not_found'].includes(error.code)
}

export type RefusedScreenProps = {
  error: SandboxError
  /** Whether this page was let in before. */
  wasOpen: boolean
  appUrl: string | null
  journal: EditJournal
  onRetry: () => void
}

/** There is no workbench to show: why, and what can be done. */
export function RefusedScreen({ error, wasOpen, appUrl, journal, onRetry }: RefusedScreenProps) {
  const back = appUrl ?? guessAppUrl(location)
  if (error.code === 'unauthorized' || error.code === 'forbidden') {
    return (
      <Screen
        title={wasOpen ? 'Your session has ended' : 'You are not signed in to this sandbox'}
        text={
          wasOpen
            ? 'Open the sandbox again from the dashboard to go on where you were.'
            : 'Open it from the dashboard. If somebody shared it with you, ask them for a new link.'
        }
      >
        <BackButton url={back} isPrimary />
        <UnsavedEdits journal={journal} />
      </Screen>
    )
  }
  if (isFinal(error)) {
    return (
      <Screen
        title="This sandbox has ended"
        text="Its processes and files are gone. You can make a new one at any time."
      >
        <BackButton url={back} isPrimary />
        <UnsavedEdits journal={journal} />
      </Screen>
    )
  }
  return (
    <Screen title="The sandbox cannot be reached" text={error.message}>
      <Button variant="primary" onClick={onRetry}>
        Try again
      </Button>
      <BackButton url={back} />
    </Screen>
  )
}

/** A sandbox that does not run: stopped, or failed. */
export function StoppedScreen() {
  const { info, isOwner } = useWorkbench()
  const { start, isStarting } = useSandboxActions()
  const isFailed = info.status === 'failed'
  const advice = isOwner ? 'Start it to go on: its files are as they were.' : 'Its owner can start it again.'
  return (
    <Screen
      title={isFailed ? `${info.name} has failed` : `${info.name} is stopped`}
      text={info.status_reason ? `${info.status_reason} ${advice}` : advice}
    >
      {isOwner && (
        <Button variant="primary" isBusy={isStarting} onClick={start}>
          Start sandbox
        </Button>
      )}
      <BackButton url={info.app_url} />
    </Screen>
  )
}

/** While the sandbox has no files of its own: it stops, gets those of the snapshot, and starts. */
export function RestoringScreen({ snapshot }: { snapshot: SandboxSnapshot }) {
  return (
    <Screen
      title={`Restoring ${snapshotName(snapshot)}`}
      text="The sandbox stops, gets its files of then, and starts again. With many files this takes a while."
    >
      <Spinner label="Restoring" className="size-5 text-ink-2" />
    </Screen>
  )
}

function Screen({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <main className="grid h-dvh place-content-center justify-items-center gap-2 bg-bg p-6 text-center">
      <span
        aria-hidden
        className="mb-2 grid size-10 place-items-center rounded-large bg-accent text-20 font-bold text-accent-ink"
      >
        S
      </span>
      <h1 className="text-20 font-semibold">{title}</h1>
      <p className="max-w-md text-ink-2">{text}</p>
      <div className="mt-3 flex flex-wrap justify-center gap-2">{children}</div>
    </main>
  )
}

function BackButton({ url, isPrimary = false }: { url: string; isPrimary?: boolean }) {
  return (
    <Button asChild variant={isPrimary ? 'primary' : 'secondary'}>
      <a href={url}>Back to the dashboard</a>
    </Button>
  )
}

/** Edits that this browser kept and the sandbox never got. */
function UnsavedEdits({ journal }: { journal: EditJournal }) {
  const [edits, setEdits] = useState<JournalEntry[]>([])
  useEffect(() => {
    void journal.list().then(setEdits)
  }, [journal])
  if (edits.length === 0) return null
  return (
    <section aria-label="Unsaved edits" className="mt-4 w-full text-13">
      <p className="text-ink-2">This browser still has edits that were not saved:</p>
      <ul className="mt-2 flex flex-wrap justify-center gap-2">
        {edits.map((edit) => (
          <li key={edit.path}>
            <Button size="small" onClick={() => downloadText(edit)}>
              Download {baseName(edit.path)}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function downloadText(edit: JournalEntry): void {
  const url = URL.createObjectURL(new Blob([edit.text]))
  download(url, baseName(edit.path))
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
