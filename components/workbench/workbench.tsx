'use client'

// First: what it starts is waited for.
import './start-page'
import './workbench.css'
import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { toSandboxError } from '@/lib/errors'
import { ConfirmProvider } from './confirm'
import { isFinal, RefusedScreen, RestoringScreen, StoppedScreen } from './gate-screens'
import { queryKeys } from './query-keys'
import { page } from './start-page'
import { useStore } from './store'
import { useLeaveGuard } from './use-leave-guard'
import { WorkbenchContext } from './workbench-context'
import type { WorkbenchCore } from './workbench-core'
import { WorkbenchFrame } from './workbench-frame'
import { WorkbenchSkeleton } from './workbench-skeleton'

/** While events do not come, the sandbox is asked by itself whether it is still there. */
const ASK_AGAIN_MS = 5000

/** The IDE of the sandbox that this page's address names. Nothing of it is known until it runs in a browser. */
export function Workbench() {
  const [isInBrowser, setIsInBrowser] = useState(false)
  useEffect(() => setIsInBrowser(true), [])
  if (!page || !isInBrowser) return <WorkbenchSkeleton />
  return (
    <QueryClientProvider client={page.queries}>
      <Gate core={page.core} />
    </QueryClientProvider>
  )
}

/** Lets through to a sandbox that runs; says what is with one that does not. */
function Gate({ core }: { core: WorkbenchCore }) {
  const connection = useStore(core.connection)
  const restoring = useStore(core.restoring)
  const hasSessionEnded = useStore(core.session.hasEnded)
  const query = useQuery({
    queryKey: queryKeys.sandbox,
    queryFn: ({ signal }) => core.client.info(signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: (count, error) => count < 2 && !isFinal(toSandboxError(error)),
    refetchInterval: connection === 'live' && !hasSessionEnded ? false : ASK_AGAIN_MS,
  })
  const info = query.data
  const directory = info?.directory

  useEffect(() => (directory ? core.listen(directory) : undefined), [core, directory])
  useEffect(() => {
    if (info) document.title = `${info.name} · Sandlot`
  }, [info])
  const isRunning = info?.status === 'running'
  useEffect(() => {
    if (isRunning) void core.restoreFiles(info?.open_file ?? null)
  }, [core, isRunning, info?.open_file])

  useEffect(() => (isRunning ? core.servers.listen() : undefined), [core, isRunning])

  useLeaveGuard(core)

  const error = query.error === null ? null : toSandboxError(query.error)
  // Where the session has ended, what is on screen stays: there may be edits in it.
  if (error && (!info || (isFinal(error) && !hasSessionEnded))) {
    return (
      <RefusedScreen
        error={error}
        wasOpen={info !== undefined}
        appUrl={info?.app_url ?? null}
        journal={core.journal}
        onRetry={() => void query.refetch()}
      />
    )
  }
  if (restoring) return <RestoringScreen snapshot={restoring} />
  if (!info || info.status === 'starting') return <WorkbenchSkeleton />
  const value = { core, info, canEdit: info.role !== 'view', isOwner: info.role === 'own' }
  return (
    <WorkbenchContext value={value}>
      <ConfirmProvider>{isRunning ? <WorkbenchFrame /> : <StoppedScreen />}</ConfirmProvider>
    </WorkbenchContext>
  )
}
