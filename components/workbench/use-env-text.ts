'use client'

import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { openModel } from './file-model'
import type { OpenFile } from './open-file'
import { useWorkbench } from './workbench-context'

export type EnvText = {
  text: string
  /** Puts other text in place: a step of its own, or a part of what is typed until `endStep`. */
  change: (text: string, isTyped?: boolean) => void
  endStep: () => void
  undo: () => void
  redo: () => void
}

type Opened = ReturnType<typeof openModel>

/** The file's text in the editor's own model, so that undo, dirty mark, journal and save are one with the text view. */
export function useEnvText(file: OpenFile, loadedText: string): EnvText | null {
  const { core } = useWorkbench()
  const [opened, setOpened] = useState<Opened | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text and the mark are where a new model begins
  useEffect(() => {
    const { files } = core
    const begun = { path: file.path, text: loadedText, isDirty: file.isDirty }
    setOpened(
      openModel(begun, {
        onAttach: (path, buffer) => files.attach(path, buffer),
        onEdit: (path, isDirty) => files.edited(path, isDirty),
      }),
    )
  }, [core, file.path])
  const text = useModelText(opened)
  if (!opened || text === null) return null
  const { model, buffer } = opened
  return {
    text,
    change: (next, isTyped = false) => (isTyped ? buffer.type(next) : buffer.replace(next)),
    endStep: () => buffer.endStep(),
    undo: () => void model.undo(),
    redo: () => void model.redo(),
  }
}

function useModelText(opened: Opened | null): string | null {
  const { subscribe, read } = useMemo(() => readerOf(opened), [opened])
  return useSyncExternalStore(subscribe, read, () => null)
}

function readerOf(opened: Opened | null) {
  const model = opened?.model
  let version = -1
  let text: string | null = null
  return {
    subscribe: (listener: () => void) => {
      const listening = model?.onDidChangeContent(listener)
      return () => listening?.dispose()
    },
    read: () => {
      if (!model || model.isDisposed()) return text
      if (model.getVersionId() !== version) {
        version = model.getVersionId()
        text = model.getValue()
      }
      return text
    },
  }
}
