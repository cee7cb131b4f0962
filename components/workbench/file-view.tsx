'use client'

import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/components/ui/format-bytes'
import { download } from './file-menu'
import { baseName } from './file-paths'
import { loadCodeEditor } from './large-parts'
import { MAX_TEXT_BYTES, PART_BYTES } from './load-file'
import type { OpenFile } from './open-file'
import type { Reveal } from './open-tabs'
import { CodeSkeleton } from './skeletons'
import { useStore } from './store'
import { useIsDark, useWorkbench } from './workbench-context'

const CodeEditor = lazy(async () => ({ default: (await loadCodeEditor()).CodeEditor }))
// With the editor's part, whose models it works on.
const EnvTable = lazy(async () => ({ default: (await import('./env-table')).EnvTable }))

export type FileViewProps = {
  file: OpenFile
  /** As a table of variables. */
  isTable: boolean
  reveal: Reveal | null
  onClose: () => void
}

/** A file as far as it can be shown: text in the editor, pictures, and a word about everything else. */
export function FileView({ file, isTable, reveal, onClose }: FileViewProps) {
  const { content } = file
  if (content.kind === 'unloaded' || content.kind === 'loading') return <CodeSkeleton />
  if (content.kind === 'text' && isTable)
    return (
      <Suspense fallback={<CodeSkeleton />}>
        <EnvTable key={file.path} file={file} loadedText={content.text} reveal={reveal} />
      </Suspense>
    )
  if (content.kind === 'text') return <TextView file={file} content={content} reveal={reveal} />
  if (content.kind === 'image') return <ImageView file={file} blob={content.blob} />
  return <OtherView file={file} onClose={onClose} />
}

type TextContent = Extract<OpenFile['content'], { kind: 'text' }>

function TextView({
  file,
  content,
  reveal,
}: {
  file: OpenFile
  content: TextContent
  reveal: Reveal | null
}) {
  const { core, canEdit } = useWorkbench()
  const isDark = useIsDark()
  const { files } = core
  const isSettled = useStore(core.isSettled)
  return (
    <div className="flex h-full flex-col">
      {content.isPart && (
        <p role="status" className="shrink-0 border-b bg-sunken px-4 py-1 text-12 text-ink-2">
          The first {formatBytes(PART_BYTES)} of {formatBytes(content.sizeBytes)}, to read only.
        </p>
      )}
      <div className="min-h-0 flex-1">
        <Suspense fallback={<CodeSkeleton />}>
          <CodeEditor
            file={{
              path: file.path,
              text: content.text,
              isDirty: file.isDirty,
              isReadOnly: content.isPart || !canEdit,
              isPart: content.isPart,
            }}
            isDark={isDark}
            reveal={reveal}
            isSettled={isSettled}
            onReady={() => core.settle('editor')}
            onAttach={(path, buffer) => files.attach(path, buffer)}
            onEdit={(path, isDirty) => files.edited(path, isDirty)}
            onCursor={(line, column) => core.cursor.set({ line, column })}
          />
        </Suspense>
      </div>
    </div>
  )
}

function ImageView({ file, blob }: { file: OpenFile; blob: Blob }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return (
    <figure className="grid h-full place-content-center gap-2 overflow-auto p-6 text-center text-12 text-ink-3">
      {/* biome-ignore lint/performance/noImgElement: it is in the browser already, next/image would ask the server */}
      <img src={url} alt={baseName(file.path)} className="max-h-[70vh] max-w-full object-contain" />
      <figcaption>{formatBytes(blob.size)}</figcaption>
    </figure>
  )
}

function OtherView({ file, onClose }: { file: OpenFile; onClose: () => void }) {
  const { core } = useWorkbench()
  const { content, path } = file
  const downloadButton = (
    <Button onClick={() => download(core.client.rawUrl(path), baseName(path))}>Download</Button>
  )
  if (content.kind === 'large') {
    return (
      <Said
        title="Too large to edit"
        text={`${baseName(path)} has ${formatBytes(content.sizeBytes)}; the editor takes ${formatBytes(MAX_TEXT_BYTES)}.`}
      >
        {downloadButton}
        <Button onClick={() => void core.files.loadPart(path)}>
          Open the first {formatBytes(PART_BYTES)} to read
        </Button>
      </Said>
    )
  }
  if (content.kind === 'binary') {
    return (
      <Said
        title="Not a text file"
        text={`${baseName(path)} holds ${formatBytes(content.sizeBytes)} of binary data.`}
      >
        {downloadButton}
      </Said>
    )
  }
  return (
    <Said
      title="This file cannot be shown"
      text={content.kind === 'failed' ? content.message : 'Its content is of no known kind.'}
    >
      <Button onClick={() => void core.files.load(path)}>Try again</Button>
      <Button variant="ghost" onClick={onClose}>
        Close
      </Button>
    </Said>
  )
}

function Said({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="grid h-full place-content-center gap-2 p-6 text-center text-13 text-ink-2">
      <p className="text-16 font-semibold text-ink">{title}</p>
      <p className="max-w-md">{text}</p>
      <div className="mt-2 flex flex-wrap justify-center gap-2">{children}</div>
    </div>
  )
}
