'use client'

import { lazy, type ReactNode, Suspense, useState } from 'react'
import { cn } from '@/components/ui/class-names'
import { EditorBanner } from './editor-banner'
import { EditorTabs } from './editor-tabs'
import { canBeTable, EnvViewSwitch } from './env-view-switch'
import { relativePath } from './file-paths'
import { FileView } from './file-view'
import { keys } from './keys'
import type { OpenFile } from './open-file'
import { shownName } from './shown-name'
import { CodeSkeleton } from './skeletons'
import { useStore } from './store'
import { useIsDark, useWorkbench } from './workbench-context'

const CompareEditor = lazy(async () => ({ default: (await import('./compare-editor')).CompareEditor }))

export function EditorArea({ onCloseFile }: { onCloseFile: (path: string) => void }) {
  const { core, info } = useWorkbench()
  const { files } = core
  const state = useStore(files.state)
  const active = state.files.find((file) => file.path === state.activePath)
  const [comparedPath, setComparedPath] = useState<string | null>(null)
  const [textPath, setTextPath] = useState<string | null>(null)
  const isComparing = active?.problem?.kind === 'conflict' && comparedPath === active.path

  const hasTable = active !== undefined && canBeTable(active)
  const isTable = hasTable && textPath !== active.path
  // Each time anew: whoever comes back to a file of secrets, before whatever audience, sees none of them.
  if (textPath !== null && textPath !== state.activePath) setTextPath(null)

  return (
    <section aria-label="Editor" className="flex h-full min-h-0 min-w-0 flex-col bg-bg">
      {state.files.length > 0 && (
        <EditorTabs
          files={state.files}
          activePath={state.activePath}
          onActivate={(path) => files.activate(path)}
          onKeep={(path) => files.keep(path)}
          onClose={onCloseFile}
          onMove={(path, before) => files.moveTab(path, before)}
        />
      )}
      {active && (
        <Breadcrumbs path={relativePath(active.path, info.directory)}>
          {hasTable && (
            <EnvViewSwitch
              isTable={isTable}
              onChange={(isWanted) => setTextPath(isWanted ? null : active.path)}
            />
          )}
        </Breadcrumbs>
      )}
      {active?.problem && (
        <EditorBanner
          file={active}
          isComparing={isComparing}
          onCompare={() => setComparedPath(isComparing ? null : active.path)}
          onClose={() => onCloseFile(active.path)}
        />
      )}
      <div className="relative min-h-0 flex-1">
        {active ? (
          <FileView
            file={active}
            isTable={isTable}
            reveal={state.reveal}
            onClose={() => onCloseFile(active.path)}
          />
        ) : (
          <NoFile />
        )}
        {active && isComparing && <Comparison file={active} />}
      </div>
    </section>
  )
}

function Comparison({ file }: { file: OpenFile }) {
  const { core } = useWorkbench()
  const isDark = useIsDark()
  if (file.problem?.kind !== 'conflict') return null
  return (
    <div className="absolute inset-0 z-10 flex flex-col bg-bg">
      <div className="flex h-6 shrink-0 items-center text-12 text-ink-2">
        <span className="flex-1 px-4">In the sandbox</span>
        <span className="flex-1 px-4">Yours</span>
      </div>
      <div className="min-h-0 flex-1">
        <Suspense fallback={<CodeSkeleton />}>
          <CompareEditor
            path={file.path}
            ours={core.files.textOf(file.path)}
            theirs={file.problem.theirText}
            isDark={isDark}
          />
        </Suspense>
      </div>
    </div>
  )
}

function Breadcrumbs({ path, children }: { path: string; children: ReactNode }) {
  return (
    <div
      className={cn(
        'flex h-6.5 shrink-0 items-center gap-1 overflow-hidden px-4 text-12 whitespace-nowrap text-ink-3',
        children && 'h-8 pr-2 pointer-coarse:h-12',
      )}
    >
      {path.split('/').map((part, depth, parts) => (
        <span key={parts.slice(0, depth + 1).join('/')} className="flex gap-1">
          {depth > 0 && <span aria-hidden>›</span>}
          {shownName(part)}
        </span>
      ))}
      {children}
    </div>
  )
}

function NoFile() {
  return (
    <div className="grid h-full place-content-center gap-3 p-6 text-center text-13 text-ink-2">
      <p className="text-16 font-semibold text-ink">No file open</p>
      <p>Choose one from the files, or go to it by name.</p>
      <dl className="mx-auto grid grid-cols-[auto_auto] gap-x-6 gap-y-1 text-left text-12 pointer-coarse:hidden">
        <Hint label="Go to file" value={keys.files} />
        <Hint label="Run a command" value={keys.commands} />
        <Hint label="Search in files" value={keys.search} />
        <Hint label="Show terminal" value={keys.terminal} />
      </dl>
    </div>
  )
}

function Hint({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className="text-ink-3">{value}</dd>
    </>
  )
}
