'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Terminal } from '@/lib/protocol/workbench'
import { useTerminals } from './queries'
import { queryKeys } from './query-keys'
import { runAction } from './run-action'
import { readTerminalState, terminalNames, writeTerminalState } from './terminals'
import { useWorkbench } from './workbench-context'

/** The terminals of the sandbox as tabs: found again after a reload, one made where there is none. */
export function useTerminalTabs() {
  const { core, canEdit } = useWorkbench()
  const queries = useQueryClient()
  const query = useTerminals()
  const key = core.storageKey('terminals')
  const [saved, setSaved] = useState(() => readTerminalState(key))
  const [isCreating, setIsCreating] = useState(false)
  const terminals = query.data ?? NONE
  const activeId = terminals.some(({ id }) => id === saved.activeId)
    ? saved.activeId
    : (terminals[0]?.id ?? null)

  useEffect(() => writeTerminalState(key, saved), [key, saved])

  const setList = useCallback(
    (change: (terminals: Terminal[]) => Terminal[]) =>
      queries.setQueryData<Terminal[]>(queryKeys.terminals, (list) => change(list ?? [])),
    [queries],
  )

  const activate = useCallback((id: string) => setSaved((state) => ({ ...state, activeId: id })), [])

  const create = useCallback(async () => {
    setIsCreating(true)
    try {
      const terminal = await core.client.createTerminal()
      setList((list) => [...list.filter(({ id }) => id !== terminal.id), terminal])
      activate(terminal.id)
    } finally {
      setIsCreating(false)
    }
  }, [core, setList, activate])

  // A sandbox without a terminal gets one, once: whoever closes the last has meant it.
  const hasLooked = useRef(false)
  useEffect(() => {
    if (!query.data || hasLooked.current) return
    hasLooked.current = true
    if (query.data.length === 0 && canEdit) runAction(create)
  }, [query.data, canEdit, create])

  async function close(id: string): Promise<void> {
    await core.client.deleteTerminal(id).catch((thrown: unknown) => {
      // Gone already is what was asked for.
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'terminal_not_found')) throw thrown
    })
    setList((list) => list.filter((terminal) => terminal.id !== id))
  }

  function rename(id: string, name: string): void {
    setSaved((state) => ({ ...state, names: { ...state.names, [id]: name } }))
  }

  const names = terminalNames(terminals, saved.names)
  return { query, terminals, names, activeId, activate, create, isCreating, close, rename }
}

export type TerminalTabsState = ReturnType<typeof useTerminalTabs>

const NONE: Terminal[] = []
