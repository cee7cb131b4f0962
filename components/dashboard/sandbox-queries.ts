'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { appClient } from './app-client'

const SANDBOXES = ['sandboxes']
const SNAPSHOTS = ['snapshots']

/** Often enough that a state is true at a glance; TanStack Query pauses it while the page is hidden. */
const REFRESH_MS = 5000

export function useSandboxes() {
  return useQuery({
    queryKey: SANDBOXES,
    queryFn: ({ signal }) => appClient.listSandboxes(signal),
    refetchInterval: REFRESH_MS,
  })
}

export function useTemplates() {
  return useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => appClient.listTemplates(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useSnapshots() {
  return useQuery({
    queryKey: SNAPSHOTS,
    queryFn: ({ signal }) => appClient.listSnapshots(signal),
    refetchOnWindowFocus: 'always',
  })
}

export function useDeleteSnapshot() {
  return useAct((id: string) => appClient.deleteSnapshot(id), SNAPSHOTS)
}

export function useStartSandbox() {
  return useAct((id: string) => appClient.startSandbox(id))
}

export function useStopSandbox() {
  return useAct((id: string) => appClient.stopSandbox(id))
}

export function useEndSandbox() {
  return useAct((id: string) => appClient.deleteSandbox(id))
}

/** Busy until the list shows what the act has done. */
function useAct<T>(act: (id: string) => Promise<T>, shown = SANDBOXES) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSettled: () => queryClient.invalidateQueries({ queryKey: shown }),
  })
}
