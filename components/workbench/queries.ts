'use client'

import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { toSandboxError } from '@/lib/errors'
import { entriesOf, type TreeEntry } from './listing'
import { queryKeys } from './query-keys'
import { namesByPort } from './server-status'
import { useStore } from './store'
import type { DirectoryState } from './tree-rows'
import { useWorkbench } from './workbench-context'

/** While it can be seen; nothing is asked behind closed panels. */
const PROCESSES_REFRESH_MS = 2000

/**
 * The listings of these directories, each read when it is first asked for and kept up to date by events. The same map as long
 * as none of them changes: rows are made of it by the ten thousand.
 */
export function useDirectories(paths: readonly string[]): {
  directories: ReadonlyMap<string, DirectoryState>
  retry: (path: string) => void
} {
  const { core } = useWorkbench()
  const queries = useQueryClient()
  const directories = useQueries({
    queries: paths.map((path) => ({
      queryKey: queryKeys.directory(path),
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        entriesOf(await core.client.names(path, signal)),
      // Events keep it fresh; what is not watched is read again when it is opened again.
      staleTime: path.includes('/node_modules') || path.includes('/.git') ? 0 : Number.POSITIVE_INFINITY,
      retry: 1,
    })),
    combine: useCallback(
      (results: readonly DirectoryResult[]) => new Map(paths.map((path, i) => [path, stateOf(results[i])])),
      [paths],
    ),
  })
  return {
    directories,
    retry: (path) => void queries.refetchQueries({ queryKey: queryKeys.directory(path) }),
  }
}

export function useProcesses(isVisible: boolean) {
  const { core } = useWorkbench()
  return useQuery({
    queryKey: queryKeys.processes,
    queryFn: ({ signal }) => core.client.processes(signal),
    enabled: isVisible,
    refetchInterval: PROCESSES_REFRESH_MS,
  })
}

/** Events bring the list; this asks once, in case they do not come. */
export function usePorts() {
  const { core } = useWorkbench()
  return useQuery({
    queryKey: queryKeys.ports,
    queryFn: ({ signal }) => core.client.ports(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** The names of managed servers, by the ports where they listen. */
export function useServerNames(): ReadonlyMap<number, string> {
  const { core } = useWorkbench()
  const { servers } = useStore(core.servers.state)
  return useMemo(() => namesByPort(servers), [servers])
}

export function useTerminals() {
  const { core } = useWorkbench()
  return useQuery({
    queryKey: queryKeys.terminals,
    queryFn: async ({ signal }) => (await core.client.terminals(signal)).filter((terminal) => terminal.pty),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

type DirectoryResult = { data?: TreeEntry[] | undefined; error: unknown }

function stateOf(result: DirectoryResult | undefined): DirectoryState {
  if (result?.data) return { status: 'ready', entries: result.data }
  if (result?.error) return { status: 'failed', message: toSandboxError(result.error).message }
  return { status: 'loading' }
}
