'use client'

import { Box } from 'lucide-react'
import { Skeleton } from '@/components/ui/skeleton'
import { FailedPanel } from './failed-panel'
import { useSandboxes, useTemplates } from './sandbox-queries'
import { SandboxTable } from './sandbox-table'

export function SandboxList() {
  const { data, error, refetch, isFetching } = useSandboxes()
  const templates = useTemplates().data
  return (
    <section aria-labelledby="sandboxes-title" className="mt-8">
      <h2 id="sandboxes-title" className="mb-3 text-16 font-semibold">
        Your sandboxes
      </h2>
      {error !== null && (
        <FailedPanel
          title={data === undefined ? 'Your sandboxes did not load' : 'This list may be out of date'}
          error={error}
          isRetrying={isFetching}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <ListSkeleton />}
      {data?.length === 0 && <NoSandboxes />}
      {data !== undefined && data.length > 0 && (
        <div className={error === null ? '' : 'mt-3'}>
          <SandboxTable sandboxes={data} templates={templates ?? []} />
        </div>
      )}
    </section>
  )
}

function NoSandboxes() {
  return (
    <div className="flex flex-col items-center rounded-large border border-dashed border-line-strong px-6 py-10 text-center">
      <Box aria-hidden className="size-6 text-ink-3" />
      <p className="mt-2 font-semibold">No sandboxes yet</p>
      <p className="max-w-96 text-13 text-ink-2">
        Choose a template above and press New sandbox. It opens with an editor and a terminal, and is listed
        here until you end it.
      </p>
    </div>
  )
}

function ListSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading your sandboxes"
      className="overflow-hidden rounded-large border bg-surface"
    >
      <div className="hidden h-8 bg-sunken sm:block" />
      {['first', 'second', 'third'].map((key) => (
        <div key={key} className="flex h-12 items-center gap-6 border-t px-4 first:border-t-0">
          <Skeleton className="h-4 w-36" />
          <Skeleton className="hidden h-4 w-20 sm:block" />
          <Skeleton className="h-4 w-24" />
        </div>
      ))}
    </div>
  )
}
