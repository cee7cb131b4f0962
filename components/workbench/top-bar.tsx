'use client'

import { Camera, EllipsisVertical, FolderPlus, LogOut, Play, Search, Square, Trash2 } from 'lucide-react'
import { useTheme } from 'next-themes'
import { cn } from '@/components/ui/class-names'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { IconButton } from '@/components/ui/icon-button'
import { Kbd } from '@/components/ui/kbd'
import { StateDot } from '@/components/ui/state-dot'
import { Tooltip } from '@/components/ui/tooltip'
import { keys } from './keys'
import { statusOf } from './sandbox-status'
import { TimeLeft } from './time-left'
import { useSandboxActions } from './use-sandbox-actions'
import { useWorkbench } from './workbench-context'

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const { info, canEdit } = useWorkbench()
  const { tone, word } = statusOf(info.status)
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-b bg-surface px-3 max-md:h-12 max-md:gap-2">
      <Mark appUrl={info.app_url} />
      <h1 className="max-w-56 truncate text-13 font-semibold" title={info.name}>
        {info.name}
      </h1>
      <span className="inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full border px-2 text-12 text-ink-2 max-sm:hidden">
        <StateDot tone={tone} />
        {info.template ? `${info.template.name} · ${word}` : word}
      </span>
      {!canEdit && <ReadOnly />}
      <div className="flex min-w-0 flex-1 justify-center max-md:min-w-11 max-md:justify-end">
        <button
          type="button"
          className="flex h-7 w-full max-w-110 items-center gap-2 rounded-medium border bg-sunken px-2.5 text-13 text-ink-2 hover:border-line-strong max-md:w-auto max-md:border-transparent max-md:bg-transparent pointer-coarse:h-11"
          onClick={onPalette}
        >
          <Search aria-hidden className="size-4 shrink-0" />
          <span className="truncate max-md:sr-only">Go to file, run a command</span>
          <span className="ml-auto max-md:hidden">
            <Kbd>{keys.files}</Kbd>
          </span>
        </button>
      </div>
      {/* A phone's bar has no place for both, and who only looks cannot give it longer. */}
      <span className={cn('contents', !canEdit && 'max-sm:hidden')}>
        <TimeLeft expiresAt={info.expires_at} />
      </span>
      <SandboxMenu />
    </header>
  )
}

/** Said once, where it is always seen: why nothing here can be typed, saved or run. */
function ReadOnly() {
  return (
    <Tooltip label="You may look at this sandbox, and change nothing in it">
      <span className="inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full border px-2 text-12 text-ink-2">
        <StateDot tone="idle" />
        Read only
      </span>
    </Tooltip>
  )
}

function Mark({ appUrl }: { appUrl: string }) {
  return (
    <Tooltip label="Back to the dashboard">
      <a
        href={appUrl}
        aria-label="Sandlot, back to the dashboard"
        className="grid size-6 shrink-0 place-items-center rounded-medium bg-accent text-12 font-bold text-accent-ink"
      >
        S
      </a>
    </Tooltip>
  )
}

function SandboxMenu() {
  const { core, info, canEdit, isOwner } = useWorkbench()
  const { theme = 'system', setTheme } = useTheme()
  const actions = useSandboxActions()
  const isRunning = info.status === 'running'
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <IconButton label="Sandbox menu" size="small">
          <EllipsisVertical />
        </IconButton>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuLabel>Theme</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={theme} onValueChange={setTheme}>
          <DropdownMenuRadioItem value="light">Light</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="dark">Dark</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="system">System</DropdownMenuRadioItem>
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        {isOwner && (
          <DropdownMenuItem onSelect={() => core.dialog.set('snapshots')}>
            <Camera /> Snapshots…
          </DropdownMenuItem>
        )}
        <DropdownMenuItem onSelect={() => core.dialog.set('overlays')}>
          <FolderPlus /> {canEdit ? "Add a template's files…" : "Templates' files…"}
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => location.assign(info.app_url)}>
          <LogOut /> Back to the dashboard
        </DropdownMenuItem>
        {isOwner && (
          <>
            <DropdownMenuItem onSelect={isRunning ? actions.stop : actions.start}>
              {isRunning ? <Square /> : <Play />} {isRunning ? 'Stop sandbox' : 'Start sandbox'}
            </DropdownMenuItem>
            <DropdownMenuItem isDanger onSelect={actions.end}>
              <Trash2 /> End sandbox
            </DropdownMenuItem>
          </>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
