'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogClose, DialogContent, DialogFooter } from '@/components/ui/dialog'
import { toSandboxError } from '@/lib/errors'
import type { ManagedServers, ServerWish } from './managed-servers'
import { ServerFields } from './server-fields'
import { type DraftProblems, readDraft, type ServerDraft } from './server-form'
import { serverStatusOf } from './server-status'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** Makes a server, or lets another definition take the place of one. */
export function ServerDialog({ servers }: { servers: ManagedServers }) {
  const wish = useStore(servers.wish)
  const close = () => servers.wish.set(null)
  return (
    <Dialog open={wish !== null} onOpenChange={(isOpen) => !isOpen && close()}>
      {wish && <ServerForm wish={wish} onDone={close} />}
    </Dialog>
  )
}

function ServerForm({ wish, onDone }: { wish: ServerWish; onDone: () => void }) {
  const { core } = useWorkbench()
  const { edited } = wish
  const [draft, setDraft] = useState(wish.draft)
  const [problems, setProblems] = useState<DraftProblems>({})
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const isOn = edited !== null && serverStatusOf(edited.status).isOn

  function change(changes: Partial<ServerDraft>) {
    setDraft({ ...draft, ...changes })
    const kept = Object.entries(problems).filter(([field]) => !(field in changes))
    setProblems(Object.fromEntries(kept))
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const read = readDraft(draft, edited)
    setFailure(null)
    setProblems(read.problems ?? {})
    if (!read.body) return focusFirstProblem(form)
    setIsBusy(true)
    try {
      if (edited) await core.servers.replace(edited, read.body)
      else await core.client.servers.start(read.body)
      onDone()
    } catch (thrown) {
      setFailure(toSandboxError(thrown).message)
    } finally {
      setIsBusy(false)
    }
  }

  return (
    <DialogContent
      title={edited ? `Edit ${edited.slug}` : 'New server'}
      description={
        edited
          ? `${isOn ? 'Saving stops it and starts it anew' : 'Saving starts it'}, with an empty log.`
          : 'It runs without a terminal, and starts with the sandbox.'
      }
      className="sm:max-w-lg"
      // A click beside the dialog would take away what was typed.
      onInteractOutside={(event) => event.preventDefault()}
    >
      <form noValidate onSubmit={(event) => void submit(event)}>
        <ServerFields draft={draft} problems={problems} isEdited={edited !== null} onChange={change} />
        {failure && (
          <p role="alert" className="mt-3 text-13 text-bad">
            {failure}
          </p>
        )}
        <DialogFooter>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" variant="primary" isBusy={isBusy}>
            {edited ? (isOn ? 'Save and restart' : 'Save and start') : 'Start server'}
          </Button>
        </DialogFooter>
      </form>
    </DialogContent>
  )
}

/** Once what is wrong is marked, and unfolded. */
function focusFirstProblem(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
}
