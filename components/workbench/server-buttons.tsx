'use client'

import { EllipsisVertical, PanelRight, Play, RotateCw, Square } from 'lucide-react'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { IconButton } from '@/components/ui/icon-button'
import type { ManagedServer } from '@/lib/protocol/servers'
import { serverStatusOf } from './server-status'
import { useServerActions } from './use-server-actions'
import { useWorkbench } from './workbench-context'

/** Side by side where there is room; on a phone all but the preview are in the menu. */
export function ServerButtons({ server }: { server: ManagedServer }) {
  const { core, canEdit } = useWorkbench()
  const { busy, start, stop, ...actions } = useServerActions(server)
  const { slug, port, url } = server
  const { isOn } = serverStatusOf(server.status)
  return (
    <>
      {url !== undefined && port !== undefined && (
        <IconButton size="small" label={`Preview ${slug}`} onClick={() => core.openPreview(port)}>
          <PanelRight />
        </IconButton>
      )}
      {canEdit && (
        <span className="contents max-md:hidden">
          <IconButton
            size="small"
            label={isOn ? `Restart ${slug}` : `Start ${slug}`}
            isBusy={busy === 'start'}
            onClick={start}
          >
            {isOn ? <RotateCw /> : <Play />}
          </IconButton>
          <IconButton
            size="small"
            label={`Stop ${slug}`}
            disabled={!isOn}
            isBusy={busy === 'stop'}
            onClick={stop}
          >
            <Square />
          </IconButton>
        </span>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <IconButton size="small" label={`More for ${slug}`} className={canEdit ? undefined : 'md:hidden'}>
            <EllipsisVertical />
          </IconButton>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem className="md:hidden" onSelect={actions.showLog}>
            Show log
          </DropdownMenuItem>
          {canEdit && (
            <>
              <DropdownMenuItem className="md:hidden" onSelect={start}>
                {isOn ? 'Restart' : 'Start'}
              </DropdownMenuItem>
              {isOn && (
                <DropdownMenuItem className="md:hidden" onSelect={stop}>
                  Stop
                </DropdownMenuItem>
              )}
              <DropdownMenuItem onSelect={actions.edit}>Edit…</DropdownMenuItem>
              <DropdownMenuSeparator />
              <DropdownMenuItem isDanger onSelect={actions.remove}>
                Delete…
              </DropdownMenuItem>
            </>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
    </>
  )
}
