'use client'

import { useQueryClient } from '@tanstack/react-query'
import { LogIn } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { queryKeys } from './query-keys'
import { openingUrl } from './sandbox-address'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** The way in has expired while the workbench was open: what is on screen stays, and nothing typed is lost. */
export function SessionBanner() {
  const { core, info } = useWorkbench()
  const queries = useQueryClient()
  const hasEnded = useStore(core.session.hasEnded)
  if (!hasEnded) return null
  return (
    <div role="alert" className="flex flex-wrap items-center gap-2 border-b bg-sunken px-4 py-1.5 text-13">
      <LogIn aria-hidden className="size-4 shrink-0 text-warn" />
      <span className="min-w-48 flex-1">
        <b className="font-semibold">Your session has ended.</b> Nothing can be saved or run until you open
        this sandbox again. What you typed stays here and is kept in this browser.
      </span>
      <Button asChild size="small" variant="primary">
        <a href={openingUrl(info.app_url, info.id)} target="_blank" rel="noreferrer">
          Open it again
        </a>
      </Button>
      <Button size="small" onClick={() => void queries.refetchQueries({ queryKey: queryKeys.sandbox })}>
        Go on here
      </Button>
    </div>
  )
}
