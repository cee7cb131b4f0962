'use client'

import { type FormEvent, useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogContent } from '@/components/ui/dialog'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { toSandboxError } from '@/lib/errors'
import { SnapshotList } from './snapshot-list'
import { useStore } from './store'
import { type SnapshotsState, useSnapshots } from './use-snapshots'
import { useWorkbench } from './workbench-context'

/** Keeps the sandbox's files as they are, and goes back to how they were. One that is being made goes on when it is closed. */
export function SnapshotsDialog() {
  const { core } = useWorkbench()
  const isOpen = useStore(core.dialog) === 'snapshots'
  const snapshots = useSnapshots(isOpen)
  return (
    <Dialog open={isOpen} onOpenChange={(open) => !open && core.dialog.set(null)}>
      <DialogContent
        title="Snapshots"
        description="A snapshot keeps all files as they are now. Restore it later, or begin a new sandbox with it. It stays when this sandbox ends."
        className="sm:max-w-xl"
      >
        <TakeSnapshot taking={snapshots.taking} />
        <h3 className="mt-6 mb-2 text-13 font-semibold">Of this sandbox</h3>
        <SnapshotList snapshots={snapshots} />
      </DialogContent>
    </Dialog>
  )
}

function TakeSnapshot({ taking }: { taking: SnapshotsState['taking'] }) {
  const id = useId()
  const [name, setName] = useState('')

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (!taking.isPending) taking.mutate(name, { onSuccess: () => setName('') })
  }

  return (
    <form onSubmit={submit} className="mt-4">
      <Label htmlFor={id} className="mb-1 block">
        Name
      </Label>
      <div className="flex gap-2 max-sm:flex-col">
        <Input
          id={id}
          placeholder="Optional, such as before the upgrade"
          maxLength={128}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" variant="primary" isBusy={taking.isPending}>
          Take snapshot
        </Button>
      </div>
      <p role="status" className="mt-2 text-12 text-ink-2 empty:hidden">
        {taking.isPending &&
          'Copying the files. What runs pauses meanwhile, and you may close this: it goes on.'}
        {taking.isSuccess && 'Snapshot taken.'}
      </p>
      {taking.error !== null && (
        <p role="alert" className="mt-2 text-13 text-bad">
          {toSandboxError(taking.error).message}
        </p>
      )}
    </form>
  )
}
