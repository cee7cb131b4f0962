'use client'

import { Eye, EyeOff, Redo2, TriangleAlert, Undo2 } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { IconButton } from '@/components/ui/icon-button'

export type EnvHeaderProps = {
  count: number
  strayLines: readonly number[]
  areAllShown: boolean
  onShowAll: (isShown: boolean) => void
  /** Absent for who may only look. */
  onUndo?: () => void
  onRedo?: () => void
}

/** How many variables there are, what is odd about the file, and what concerns all values at once. */
export function EnvHeader(props: EnvHeaderProps) {
  const { count, strayLines, areAllShown, onShowAll, onUndo, onRedo } = props
  const Icon = areAllShown ? EyeOff : Eye
  return (
    <div className="shrink-0 border-b">
      <div className="flex min-h-9 items-center gap-1 pr-2 pl-4 text-12">
        <span className="mr-auto text-ink-2 tabular-nums">
          {count === 1 ? '1 variable' : `${count} variables`}
        </span>
        {onUndo && (
          <IconButton size="small" label="Undo" onClick={onUndo}>
            <Undo2 />
          </IconButton>
        )}
        {onRedo && (
          <IconButton size="small" label="Redo" onClick={onRedo}>
            <Redo2 />
          </IconButton>
        )}
        <Button
          size="small"
          variant="ghost"
          disabled={count === 0}
          className="text-12"
          onClick={() => onShowAll(!areAllShown)}
        >
          <Icon aria-hidden className="size-4" />
          {areAllShown ? 'Hide all values' : 'Show all values'}
        </Button>
      </div>
      {strayLines.length > 0 && (
        <p className="flex items-start gap-2 px-4 pb-2 text-12 text-ink-2">
          <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0 text-warn" />
          {strayWords(strayLines)}
        </p>
      )}
    </div>
  )
}

const MAX_NAMED_LINES = 3

function strayWords(lines: readonly number[]): string {
  if (lines.length === 1) return `Line ${lines[0]} is no variable, and stays as it is. The text shows it.`
  const named = lines.slice(0, MAX_NAMED_LINES).join(', ')
  const more = lines.length > MAX_NAMED_LINES ? ` and ${lines.length - MAX_NAMED_LINES} more` : ''
  return `Lines ${named}${more} are no variables, and stay as they are. The text shows them.`
}
