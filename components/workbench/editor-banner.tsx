'use client'

import { TriangleAlert } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { baseName } from './file-paths'
import type { OpenFile } from './open-file'
import { runAction } from './run-action'
import { useWorkbench } from './workbench-context'

export type EditorBannerProps = {
  file: OpenFile
  isComparing: boolean
  onCompare: () => void
  onClose: () => void
}

/** What happened to a file under the editor, and the ways out. */
export function EditorBanner({ file, isComparing, onCompare, onClose }: EditorBannerProps) {
  const { core, canEdit } = useWorkbench()
  const { path, problem } = file
  if (!problem) return null
  const name = baseName(path)
  return (
    <div
      role="alert"
      className="flex shrink-0 flex-wrap items-center gap-2 border-y bg-sunken px-4 py-1.5 text-13"
    >
      <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn" />
      <span className="min-w-48 flex-1">{sentence(problem, name)}</span>
      {problem.kind === 'conflict' && (
        <Button size="small" onClick={onCompare}>
          {isComparing ? 'Back to editing' : 'Compare'}
        </Button>
      )}
      {problem.kind !== 'deleted' && (
        <Button size="small" disabled={!canEdit} onClick={() => runAction(() => core.files.overwrite(path))}>
          Overwrite
        </Button>
      )}
      {problem.kind === 'conflict' && (
        <Button size="small" onClick={() => core.files.takeTheirs(path)}>
          Take theirs
        </Button>
      )}
      {problem.kind === 'deleted' && (
        <Button size="small" disabled={!canEdit} onClick={() => runAction(() => core.files.save(path))}>
          Save it again
        </Button>
      )}
      {problem.kind !== 'conflict' && (
        <Button size="small" onClick={onClose}>
          Close
        </Button>
      )}
    </div>
  )
}

function sentence(problem: NonNullable<OpenFile['problem']>, name: string): string {
  if (problem.kind === 'conflict') return `${name} was changed in the sandbox since you began to edit it.`
  if (problem.kind === 'replaced') {
    return `${name} is something other than text in the sandbox now. What you see is your edit of before.`
  }
  return `${name} was deleted in the sandbox. What you see is the only copy.`
}
