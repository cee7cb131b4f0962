'use client'

import { useState } from 'react'
import type { ManagedServer } from '@/lib/protocol/servers'
import { useConfirm } from './confirm'
import { runAction } from './run-action'
import { draftOf } from './server-form'
import { useWorkbench } from './workbench-context'

/** What can be done with one server. `busy` is what is being done: a stop takes as long as the program wants to tidy up. */
export function useServerActions(server: ManagedServer) {
  const { core } = useWorkbench()
  const confirm = useConfirm()
  const [busy, setBusy] = useState<'start' | 'stop' | null>(null)
  const { slug } = server

  function doing(what: 'start' | 'stop', act: () => Promise<unknown>) {
    setBusy(what)
    runAction(() => act().finally(() => setBusy(null)))
  }

  return {
    busy,
    start: () => doing('start', () => core.client.servers.restart(slug)),
    stop: () => doing('stop', () => core.client.servers.stop(slug)),
    edit: () => core.servers.wish.set({ draft: draftOf(server), edited: server }),
    showLog: () => core.servers.shownLog.set(slug),
    remove: () =>
      confirm({
        title: `Delete ${slug}?`,
        description: 'It is stopped, and its settings and its log are gone. Files of the project stay.',
        confirmLabel: 'Delete server',
        act: () => core.client.servers.delete(slug),
      }),
  }
}
