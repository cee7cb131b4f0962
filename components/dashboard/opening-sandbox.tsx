'use client'

import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useEffect } from 'react'
import { Mark } from '@/components/shell/mark'
import { Button } from '@/components/ui/button'
import { Spinner } from '@/components/ui/spinner'
import { toSandboxError } from '@/lib/errors'
import { appClient } from './app-client'
import { FailedPanel } from './failed-panel'
import { openWorkbench } from './open-workbench'

/** Asks for a way in at once, and goes. */
export function OpeningSandbox({ id }: { id: string }) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => appClient.openSandbox(id),
    onSuccess: (opened) => openWorkbench(opened),
  })
  useEffect(() => mutate(), [mutate])
  // Trying again would not bring it back.
  const isGone = error !== null && toSandboxError(error).code === 'sandbox_not_found'
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 p-6">
      <Mark className="size-8" />
      <h1 className="text-20 font-semibold">
        {error === null ? 'Opening the sandbox' : 'The sandbox did not open'}
      </h1>
      {error === null ? (
        <p className="flex items-center gap-2 text-ink-2">
          <Spinner /> One moment.
        </p>
      ) : (
        <>
          {isGone ? (
            <p className="text-ink-2">{error.message}</p>
          ) : (
            <FailedPanel
              title="What happened"
              error={error}
              isRetrying={isPending}
              onRetry={() => mutate()}
            />
          )}
          <Button asChild variant={isGone ? 'primary' : 'secondary'} className="self-start">
            <Link href="/">Back to your sandboxes</Link>
          </Button>
        </>
      )}
    </main>
  )
}
