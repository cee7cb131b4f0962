'use client'

import { Button } from '@/components/ui/button'

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset(): void }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-start justify-center gap-2 p-6">
      <h1 className="text-20 font-semibold">This page did not load</h1>
      <p className="text-ink-2">
        Something went wrong in Sandlot. Your sandboxes are not affected. Try again; if it happens again, the
        server log says why{error.digest === undefined ? '.' : ` (look for ${error.digest}).`}
      </p>
      <Button variant="primary" className="mt-4" onClick={reset}>
        Try again
      </Button>
    </main>
  )
}
