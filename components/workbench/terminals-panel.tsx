'use client'

import { useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { toSandboxError } from '@/lib/errors'
import { PanelFailure, PanelNote } from './panel-state'
import { runAction } from './run-action'
import { useStore } from './store'
import { TerminalPane } from './terminal-pane'
import type { TerminalTabsState } from './use-terminals'
import { useWorkbench } from './workbench-context'

export type TerminalsPanelProps = { tabs: TerminalTabsState; isVisible: boolean; hasKeyRow: boolean }

/** The terminals behind one another. One that was looked at stays connected; the others wait for it. */
export function TerminalsPanel({ tabs, isVisible, hasKeyRow }: TerminalsPanelProps) {
  const { canEdit } = useWorkbench()
  const { query, terminals, activeId } = tabs
  const seen = useSeen(isVisible ? activeId : null)
  const focusToken = useTerminalWishes(tabs)

  if (query.isPending || (terminals.length === 0 && tabs.isCreating)) {
    return <p className="px-4 py-2 font-code text-13 text-ink-3">Starting a terminal…</p>
  }
  if (!query.data) {
    return <PanelFailure message={toSandboxError(query.error).message} onRetry={() => void query.refetch()} />
  }
  if (terminals.length === 0) {
    return (
      <PanelNote
        title="No terminal"
        text={canEdit ? 'Open one to run commands.' : 'They appear here as they are opened.'}
      >
        {canEdit && (
          <Button size="small" onClick={() => runAction(tabs.create)}>
            New terminal
          </Button>
        )}
      </PanelNote>
    )
  }
  return terminals
    .filter(({ id }) => seen.has(id))
    .map(({ id }) => (
      <TerminalPane
        key={id}
        id={id}
        name={tabs.names.get(id) ?? 'shell'}
        isVisible={isVisible && id === activeId}
        hasKeyRow={hasKeyRow}
        focusToken={focusToken}
        onClose={() => runAction(() => tabs.close(id))}
      />
    ))
}

/** All ids that were shown so far. */
function useSeen(id: string | null): ReadonlySet<string> {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    if (id) setSeen((before) => (before.has(id) ? before : new Set([...before, id])))
  }, [id])
  return seen
}

/** Does what commands ask of the terminals; answers a number that grows with each wish for the focus. */
function useTerminalWishes(tabs: TerminalTabsState): number {
  const { core } = useWorkbench()
  const wish = useStore(core.terminalWish)
  const handled = useRef(wish.token)
  const { create } = tabs
  useEffect(() => {
    if (wish.token === handled.current) return
    handled.current = wish.token
    core.view.showPanel('terminal')
    if (wish.act === 'new') runAction(create)
  }, [wish, core, create])
  return wish.token
}
