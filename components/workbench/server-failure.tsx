'use client'

import { useQuery } from '@tanstack/react-query'
import { Button } from '@/components/ui/button'
import type { ManagedServer } from '@/lib/protocol/servers'
import { queryKeys } from './query-keys'
import { lastLines } from './server-status'
import { useWorkbench } from './workbench-context'

const TAIL_CHARACTERS = 4000
const SHOWN_LINES = 5

/** Why a server failed: its end, and its last words. */
export function ServerFailure({ server }: { server: ManagedServer }) {
  const { core } = useWorkbench()
  const { slug, updated_at, exit_code, status_reason } = server
  const log = useQuery({
    queryKey: queryKeys.serverLog(slug, ['end', updated_at]),
    queryFn: ({ signal }) => core.client.servers.log(slug, { tail: TAIL_CHARACTERS, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const words = lastLines(log.data ?? '', SHOWN_LINES)
  return (
    <div className="mt-1 border-l-2 border-bad pb-1 pl-3 text-12">
      <p className="text-bad">
        {status_reason ?? (exit_code === null ? 'It has failed.' : `It ended with exit code ${exit_code}.`)}
      </p>
      {words && (
        <pre className="mt-1 overflow-hidden font-code text-11 break-words whitespace-pre-wrap text-ink-2">
          {words}
        </pre>
      )}
      {log.data === '' && <p className="text-ink-2">It said nothing.</p>}
      <Button
        size="small"
        variant="ghost"
        className="mt-1 -ml-2"
        onClick={() => core.servers.shownLog.set(slug)}
      >
        Show the whole log
      </Button>
    </div>
  )
}
