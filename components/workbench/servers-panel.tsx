'use client'

import { Button } from '@/components/ui/button'
import { NewServerButton } from './new-server-button'
import { PanelFailure, PanelNote } from './panel-state'
import { ServerDialog } from './server-dialog'
import { draftFor, NEW_SERVER } from './server-form'
import { ServerLog } from './server-log'
import { ServerRow } from './server-row'
import { TreeSkeleton } from './skeletons'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** The programs that the sandbox itself starts, watches and starts again, or the log of one. */
export function ServersPanel() {
  const { core } = useWorkbench()
  return (
    <>
      <Servers />
      <ServerDialog servers={core.servers} />
    </>
  )
}

function Servers() {
  const { core } = useWorkbench()
  const state = useStore(core.servers.state)
  const shownLog = useStore(core.servers.shownLog)
  const { phase, servers } = state
  if (phase === 'loading') return <TreeSkeleton />
  if (phase === 'failed') {
    return <PanelFailure message={state.error.message} onRetry={() => core.servers.retry()} />
  }
  const logged = servers.find(({ slug }) => slug === shownLog)
  if (logged) return <ServerLog key={logged.slug} server={logged} />
  if (servers.length === 0) return <NoServers />
  return (
    <div className="h-full overflow-auto">
      {phase === 'stale' && (
        <p role="status" className="border-b bg-sunken px-4 py-1 text-12 text-warn">
          The connection was lost. This is how the servers were; it comes back by itself.
        </p>
      )}
      <ul aria-label="Servers" className="text-13">
        {servers.map((server) => (
          <ServerRow key={server.slug} server={server} />
        ))}
      </ul>
      <NewServerButton className="m-2 md:hidden" />
    </div>
  )
}

function NoServers() {
  const { core, info, canEdit } = useWorkbench()
  const command = info.start_command
  return (
    <PanelNote
      title="No servers yet"
      text={
        canEdit
          ? 'A server made here runs without a terminal: it starts with the sandbox, starts again when it fails, and keeps its log.'
          : 'Servers that somebody sets up here start with the sandbox, and are seen here with their logs.'
      }
    >
      {canEdit && (
        <>
          {command && (
            <Button
              size="small"
              variant="primary"
              onClick={() => core.servers.wish.set({ draft: draftFor(command, []), edited: null })}
            >
              Set up “{shownCommand(command)}”
            </Button>
          )}
          <Button size="small" onClick={() => core.servers.wish.set({ draft: NEW_SERVER, edited: null })}>
            New server
          </Button>
        </>
      )}
    </PanelNote>
  )
}

/** The part that stays running. */
function shownCommand(command: string): string {
  return draftFor(command, []).start
}
