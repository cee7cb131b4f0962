'use client'

import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { FailedPanel } from '@/components/dashboard/failed-panel'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useKeys } from './key-queries'
import { KeyTable } from './key-table'
import { NewKeyDialog } from './new-key-dialog'

/** `apiUrl`: the root of the API, for the examples. */
export function ApiKeys({ apiUrl }: { apiUrl: string }) {
  const { data, error, refetch, isFetching } = useKeys()
  const [isCreating, setIsCreating] = useState(false)
  return (
    <>
      <div className="mb-6 flex flex-col items-start gap-4 sm:flex-row sm:items-end">
        <div className="flex-1">
          <h1 className="text-28 font-semibold tracking-tight">API keys</h1>
          <p className="mt-1 max-w-[640px] text-ink-2">
            With a key, programs make and use sandboxes in your name. Whoever has one can do the same: keep it
            secret, and revoke it when it is no longer needed.
          </p>
        </div>
        <Button variant="primary" size="large" onClick={() => setIsCreating(true)}>
          <Plus aria-hidden className="size-4" /> New key
        </Button>
      </div>
      {error !== null && (
        <FailedPanel
          title={data === undefined ? 'Your keys did not load' : 'This list may be out of date'}
          error={error}
          isRetrying={isFetching}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <KeysSkeleton />}
      {data?.length === 0 && <NoKeys />}
      {data !== undefined && data.length > 0 && <KeyTable keys={data} />}
      <NewKeyDialog isOpen={isCreating} onOpenChange={setIsCreating} apiUrl={apiUrl} />
    </>
  )
}

function NoKeys() {
  return (
    <div className="flex flex-col items-center rounded-large border border-dashed border-line-strong px-6 py-10 text-center">
      <KeyRound aria-hidden className="size-6 text-ink-3" />
      <p className="mt-2 font-semibold">No API keys yet</p>
      <p className="max-w-96 text-13 text-ink-2">
        Make one with New key. You see it once, with a command to try it.
      </p>
    </div>
  )
}

function KeysSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading your keys"
      className="overflow-hidden rounded-large border bg-surface"
    >
      <div className="hidden h-8 bg-sunken sm:block" />
      {['first', 'second'].map((key) => (
        <div key={key} className="flex h-12 items-center gap-6 border-t px-4 first:border-t-0">
          <Skeleton className="h-4 w-36" />
          <Skeleton className="h-4 w-24" />
        </div>
      ))}
    </div>
  )
}
