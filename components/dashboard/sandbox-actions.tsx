'use client'

import { Copy, Ellipsis, ExternalLink, Play, Square, SquareArrowOutUpRight, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { AlertDialog } from '@/components/ui/alert-dialog'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { IconButton } from '@/components/ui/icon-button'
import { toast } from '@/components/ui/toast'
import { toSandboxError } from '@/lib/errors'
import type { SandboxSummary } from '@/lib/protocol/sandboxes'
import { copyText } from './copy-text'
import { useEndSandbox, useStartSandbox, useStopSandbox } from './sandbox-queries'

export interface SandboxActionsProps {
  sandbox: SandboxSummary
  onOpen(): void
}

export function SandboxActions({ sandbox, onOpen }: SandboxActionsProps) {
  const { sandboxId: id, name, status } = sandbox
  const [isEnding, setIsEnding] = useState(false)
  const start = useStartSandbox()
  const stop = useStopSandbox()
  const end = useEndSandbox()
  const isActive = status === 'running' || status === 'starting'

  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <IconButton
            label={`Actions for ${name}`}
            isBusy={start.isPending || stop.isPending || end.isPending}
          >
            <Ellipsis aria-hidden />
          </IconButton>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={onOpen}>
            <ExternalLink aria-hidden /> Open
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => window.open(`/open/${encodeURIComponent(id)}`, '_blank')}>
            <SquareArrowOutUpRight aria-hidden /> Open in a new tab
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => void copyText(id, 'The id is copied.')}>
            <Copy aria-hidden /> Copy id
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          {isActive ? (
            <DropdownMenuItem onSelect={() => stop.mutate(id, { onError: say })}>
              <Square aria-hidden /> Stop
            </DropdownMenuItem>
          ) : (
            <DropdownMenuItem onSelect={() => start.mutate(id, { onError: say })}>
              <Play aria-hidden /> Start
            </DropdownMenuItem>
          )}
          <DropdownMenuItem isDanger onSelect={() => setIsEnding(true)}>
            <Trash2 aria-hidden /> End…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <AlertDialog
        isOpen={isEnding}
        onOpenChange={setIsEnding}
        title={`End ${name}?`}
        description="Its processes stop and all its files are deleted. This cannot be undone."
        confirmLabel="End sandbox"
        isBusy={end.isPending}
        onConfirm={() => end.mutate(id, { onError: say, onSettled: () => setIsEnding(false) })}
      />
    </>
  )
}

function say(error: unknown): void {
  toast.error(toSandboxError(error).message)
}
