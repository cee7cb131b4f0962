'use client'

import { Plus } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { NEW_SERVER } from './server-form'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** Where there are none, the empty panel offers the same in its middle. */
export function NewServerButton({ className }: { className?: string }) {
  const { core, canEdit } = useWorkbench()
  const { servers } = useStore(core.servers.state)
  const shownLog = useStore(core.servers.shownLog)
  if (!canEdit || servers.length === 0 || shownLog !== null) return null
  return (
    <Button
      size="small"
      variant="ghost"
      className={className}
      onClick={() => core.servers.wish.set({ draft: NEW_SERVER, edited: null })}
    >
      <Plus aria-hidden className="size-4" /> New server
    </Button>
  )
}
