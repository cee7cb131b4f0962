'use client'

import { type ReactNode, useState } from 'react'
import { timeAgo } from '@/components/dashboard/plain-words'
import { useNow } from '@/components/dashboard/use-now'
import { AlertDialog } from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { toast } from '@/components/ui/toast'
import { toSandboxError } from '@/lib/errors'
import type { ApiKeySummary } from '@/lib/protocol/sandboxes'
import { useRevokeKey } from './key-queries'

export function KeyTable({ keys }: { keys: ApiKeySummary[] }) {
  const now = useNow()
  return (
    <div className="sm:overflow-hidden sm:rounded-large sm:border sm:bg-surface">
      <table aria-label="Your API keys" className="w-full max-sm:block">
        <thead className="bg-sunken text-left text-12 text-ink-2 max-sm:sr-only">
          <tr>
            {['Name', 'Begins with', 'Created', 'Last used'].map((title) => (
              <th key={title} scope="col" className="h-8 px-4 font-semibold">
                {title}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="max-sm:flex max-sm:flex-col max-sm:gap-3">
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function KeyRow({ apiKey, now }: { apiKey: ApiKeySummary; now: number }) {
  const lastUsed = apiKey.lastUsedAt === null ? 'never' : timeAgo(apiKey.lastUsedAt, now)
  return (
    <tr className="sm:border-t sm:hover:bg-hover max-sm:relative max-sm:flex max-sm:flex-wrap max-sm:gap-x-3 max-sm:gap-y-1 max-sm:rounded-large max-sm:border max-sm:bg-surface max-sm:p-4">
      <th
        scope="row"
        className="max-w-64 truncate px-4 text-left font-semibold sm:h-12 max-sm:w-full max-sm:mb-2 max-sm:max-w-none max-sm:p-0 max-sm:pr-20"
      >
        {apiKey.name}
      </th>
      <Cell>
        <code className="text-13">{apiKey.prefix}…</code>
      </Cell>
      <Cell>
        <span className="sm:hidden">Created </span>
        {timeAgo(apiKey.createdAt, now)}
      </Cell>
      <Cell>
        <span className="sm:hidden">Last used </span>
        {lastUsed}
      </Cell>
      <td className="pr-2 text-right max-sm:absolute max-sm:top-1 max-sm:right-1">
        <RevokeButton apiKey={apiKey} />
      </td>
    </tr>
  )
}

function Cell({ children }: { children: ReactNode }) {
  return (
    <td className="px-4 whitespace-nowrap text-ink-2 tabular-nums max-sm:p-0 max-sm:text-13">{children}</td>
  )
}

function RevokeButton({ apiKey }: { apiKey: ApiKeySummary }) {
  const [isAsking, setIsAsking] = useState(false)
  const revoke = useRevokeKey()
  const onError = (error: unknown) => toast.error(toSandboxError(error).message)
  return (
    <>
      <Button variant="ghost" aria-label={`Revoke ${apiKey.name}`} onClick={() => setIsAsking(true)}>
        Revoke
      </Button>
      <AlertDialog
        isOpen={isAsking}
        onOpenChange={setIsAsking}
        title={`Revoke ${apiKey.name}?`}
        description="Programs that use this key are refused from now on. Sandboxes that they made stay."
        confirmLabel="Revoke key"
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate(apiKey.id, { onError, onSettled: () => setIsAsking(false) })}
      />
    </>
  )
}
