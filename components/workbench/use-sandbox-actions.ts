'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { toast } from '@/components/ui/toast'
import { toSandboxError } from '@/lib/errors'
import { useConfirm } from './confirm'
import { queryKeys } from './query-keys'
import { useWorkbench } from './workbench-context'

/** Stop, start and end, as their owner may. */
export function useSandboxActions() {
  const { core, info } = useWorkbench()
  const queries = useQueryClient()
  const confirm = useConfirm()
  const starting = useMutation({
    mutationFn: () => core.client.start(),
    onSuccess: (started) => queries.setQueryData(queryKeys.sandbox, started),
    onError: (error) => toast.error(toSandboxError(error).message),
  })

  function stop() {
    confirm({
      title: `Stop ${info.name}?`,
      description: 'Everything that runs in it ends. Its files stay, and it can be started again.',
      confirmLabel: 'Stop sandbox',
      act: async () => {
        queries.setQueryData(queryKeys.sandbox, await core.client.stop())
        for (const key of ['terminals', 'processes', 'ports']) queries.removeQueries({ queryKey: [key] })
      },
    })
  }

  function end() {
    confirm({
      title: `End ${info.name}?`,
      description: 'Its processes end and its files are gone for good.',
      confirmLabel: 'End sandbox',
      act: async () => {
        await core.client.delete()
        await core.journal.clear().catch(() => undefined)
        location.assign(info.app_url)
      },
    })
  }

  return { start: () => starting.mutate(), isStarting: starting.isPending, stop, end }
}
