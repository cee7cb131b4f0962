'use client'

import { FileText, Table2 } from 'lucide-react'
import { cn } from '@/components/ui/class-names'
import { isEnvFile } from './file-kinds'
import type { OpenFile } from './open-file'

/** Beyond this, a table of fields is slower than the text. */
const MAX_TABLE_CHARACTERS = 128 * 1024

export function canBeTable(file: OpenFile): boolean {
  const { content, path } = file
  return (
    content.kind === 'text' &&
    !content.isPart &&
    content.text.length <= MAX_TABLE_CHARACTERS &&
    isEnvFile(path)
  )
}

export type EnvViewSwitchProps = { isTable: boolean; onChange: (isTable: boolean) => void }

/** Between the table of a file of variables and its text, which shows every value. */
export function EnvViewSwitch({ isTable, onChange }: EnvViewSwitchProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label="View of the file" className="ml-auto flex rounded-small border bg-surface">
      {[true, false].map((isThisTable) => {
        const Icon = isThisTable ? Table2 : FileText
        const isChosen = isThisTable === isTable
        return (
          <button
            key={String(isThisTable)}
            type="button"
            aria-pressed={isChosen}
            title={
              isThisTable ? 'Values hidden until they are asked for' : 'The file as it is, every value seen'
            }
            className={cn(
              'flex h-6 items-center gap-1 rounded-small px-2 text-12 text-ink-2 hover:text-ink focus-visible:-outline-offset-2 pointer-coarse:h-11 pointer-coarse:px-3',
              isChosen && 'bg-selected font-medium text-ink',
            )}
            onClick={() => onChange(isThisTable)}
          >
            <Icon aria-hidden className="size-3.5" />
            {isThisTable ? 'Table' : 'Text'}
          </button>
        )
      })}
    </div>
  )
}
