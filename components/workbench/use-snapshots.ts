'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { toast } from '@/components/ui/toast'
import { toSandboxError } from '@/lib/errors'
import type { SandboxSnapshot } from '@/lib/protocol/snapshots'
import { useConfirm } from './confirm'
import { queryKeys } from './query-keys'
import { restoreWarning, snapshotQuoted } from './snapshot-words'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** The snapshots of this sandbox, and what its owner may do with them. */
export function useSnapshots(isShown: boolean) {
  const { core } = useWorkbench()
  const queries = useQueryClient()
  const confirm = useConfirm()
  const { files } = useStore(core.files.state)
  const refresh = () => queries.invalidateQueries({ queryKey: queryKeys.snapshots })

  const query = useQuery({
    queryKey: queryKeys.snapshots,
    queryFn: ({ signal }) => core.client.snapshots(signal),
    enabled: isShown,
    retry: 1,
  })

  const taking = useMutation({
    mutationFn: (name: string) => core.client.createSnapshot(name.trim() || undefined),
    // Where the dialog is open, it says itself what came of it.
    onSuccess: ({ name }) => {
      if (core.dialog.get() !== 'snapshots')
        toast.success(name ? `Snapshot ${name} taken.` : 'Snapshot taken.')
    },
    onError: (error) => {
      if (core.dialog.get() !== 'snapshots') toast.error(`No snapshot. ${toSandboxError(error).message}`)
    },
    onSettled: refresh,
  })

  function remove(snapshot: SandboxSnapshot): void {
    confirm({
      title: `Delete ${snapshotQuoted(snapshot)}?`,
      description: 'Its files are gone for good. This sandbox, and those made from it, stay as they are.',
      confirmLabel: 'Delete snapshot',
      act: async () => {
        await core.client.deleteSnapshot(snapshot.id)
        await refresh()
      },
    })
  }

  function restore(snapshot: SandboxSnapshot): void {
    const unsaved = files.filter((file) => file.isDirty).length
    confirm({
      title: `Restore ${snapshotQuoted(snapshot)}?`,
      description: restoreWarning(snapshot, unsaved),
      confirmLabel: 'Restore',
      act: () => void putBack(snapshot),
    })
  }

  /** Goes on while nothing of the workbench is on screen, and says itself what went wrong. */
  async function putBack(snapshot: SandboxSnapshot): Promise<void> {
    core.dialog.set(null)
    core.restoring.set(snapshot)
    try {
      const info = await core.client.restore(snapshot.id)
      for (const key of ENDED) queries.removeQueries({ queryKey: [key] })
      await core.refreshFiles('/')
      queries.setQueryData(queryKeys.sandbox, info)
      toast.success('Restored. The files are those of the snapshot.')
    } catch (thrown) {
      toast.error(`Not restored. ${toSandboxError(thrown).message}`, { duration: FAILURE_SHOWN_MS })
      await queries.invalidateQueries({ queryKey: queryKeys.sandbox })
    } finally {
      core.restoring.set(null)
    }
  }

  return { query, taking, remove, restore }
}

export type SnapshotsState = ReturnType<typeof useSnapshots>

/** What does not outlive the stop. */
const ENDED = ['terminals', 'processes', 'ports']
/** Whoever waited for long may look elsewhere when it comes. */
const FAILURE_SHOWN_MS = 30_000
