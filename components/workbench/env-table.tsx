'use client'

import { type KeyboardEvent, useEffect, useMemo, useState } from 'react'
import { updateEnvFile } from '@/lib/env-file'
import { editEnvRow, envTable, removeEnvRow } from '@/lib/env-rows'
import { EnvHeader } from './env-header'
import { EnvNewRow } from './env-new-row'
import { EnvRowView } from './env-row'
import { hasCommandKey } from './keys'
import type { OpenFile } from './open-file'
import type { Reveal } from './open-tabs'
import { afterEdit, allRevealed, isRevealed, type RevealedRows, withRow } from './revealed-rows'
import { CodeSkeleton } from './skeletons'
import { type EnvText, useEnvText } from './use-env-text'
import { useWorkbench } from './workbench-context'

export type EnvTableProps = { file: OpenFile; loadedText: string; reveal: Reveal | null }

/** A file of variables as a table. Values are on the page only while they are asked for: screens are shared. */
export function EnvTable({ file, loadedText, reveal }: EnvTableProps) {
  const { core } = useWorkbench()
  const env = useEnvText(file, loadedText)
  const isReady = env !== null
  useEffect(() => {
    if (!isReady) return
    core.settle('editor')
    // There is no line and column here.
    core.cursor.set(null)
  }, [core, isReady])
  if (!env) return <CodeSkeleton />
  return <Table env={env} path={file.path} line={reveal?.path === file.path ? reveal.line : null} />
}

function Table({ env, path, line }: { env: EnvText; path: string; line: number | null }) {
  const { canEdit } = useWorkbench()
  const { rows, strayLines } = useMemo(() => envTable(env.text), [env.text])
  const [revealed, setRevealed] = useState<RevealedRows>(NONE)
  const areAllShown = rows.length > 0 && rows.every((row) => isRevealed(revealed, row))

  function rename(index: number, name: string): void {
    setRevealed(afterEdit(revealed, rows, index, name))
    env.change(editEnvRow(env.text, index, { name }), true)
  }

  function remove(index: number): void {
    setRevealed(afterEdit(revealed, rows, index, null))
    env.change(removeEnvRow(env.text, index))
  }

  function onKeyDown(event: KeyboardEvent): void {
    const act = undoOf(event)
    const isInNewRow = event.target instanceof Element && event.target.closest('form') !== null
    if (!act || isInNewRow) return
    // Not the field's own undo, which knows one field alone.
    event.preventDefault()
    if (canEdit) env[act]()
  }

  return (
    <section aria-label="Variables" className="flex h-full flex-col" onKeyDown={onKeyDown}>
      <EnvHeader
        count={rows.length}
        strayLines={strayLines}
        areAllShown={areAllShown}
        onShowAll={(isShown) => setRevealed(isShown ? allRevealed(rows) : NONE)}
        {...(canEdit && { onUndo: env.undo, onRedo: env.redo })}
      />
      <div className="min-h-0 flex-1 overflow-auto">
        {rows.length > 0 && (
          <table aria-label={`Variables of ${path}`} className="w-full table-fixed text-13 max-sm:block">
            <thead className="text-left text-12 text-ink-2 max-sm:sr-only">
              <tr>
                <th scope="col" className="h-7 w-2/5 max-w-80 border-b pl-4 font-medium">
                  Name
                </th>
                <th scope="col" className="border-b px-2 font-medium">
                  Value
                </th>
                <th scope="col" className="w-28 border-b">
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody className="max-sm:block">
              {rows.map((row, index) => (
                <EnvRowView
                  // biome-ignore lint/suspicious/noArrayIndexKey: names change while they are typed, and come twice
                  key={index}
                  row={row}
                  isShown={isRevealed(revealed, row)}
                  isWanted={line !== null && isAt(rows, index, line)}
                  isReadOnly={!canEdit}
                  onShow={(isShown) => setRevealed(withRow(revealed, row, isShown))}
                  onRename={(name) => rename(index, name)}
                  onValue={(value) => env.change(editEnvRow(env.text, index, { value }), true)}
                  onEndStep={env.endStep}
                  onRemove={() => remove(index)}
                />
              ))}
            </tbody>
          </table>
        )}
        {rows.length === 0 && <NoVariables canEdit={canEdit} />}
        {canEdit && (
          <EnvNewRow
            rows={rows}
            onAdd={(name, value) => env.change(updateEnvFile(env.text, { [name]: value }))}
          />
        )}
      </div>
    </section>
  )
}

const NONE: RevealedRows = new Set()

/** Whether a line of the text belongs to this row: it, or a comment before the next one. */
function isAt(rows: readonly { line: number }[], index: number, line: number): boolean {
  const next = rows[index + 1]
  return (rows[index]?.line ?? 0) <= line && (!next || line < next.line)
}

function undoOf(event: KeyboardEvent): 'undo' | 'redo' | null {
  if (!hasCommandKey(event.nativeEvent) || event.altKey) return null
  const key = event.key.toLowerCase()
  if (key === 'z') return event.shiftKey ? 'redo' : 'undo'
  return key === 'y' ? 'redo' : null
}

function NoVariables({ canEdit }: { canEdit: boolean }) {
  return (
    <div className="px-4 pt-8 pb-4 text-center text-13 text-ink-2">
      <p className="font-semibold text-ink">No variables yet</p>
      <p>
        Programs that read this file find its variables in their environment.
        {canEdit && ' Add the first below.'}
      </p>
    </div>
  )
}
