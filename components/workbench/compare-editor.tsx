'use client'

import { useEffect, useRef } from 'react'
import { EDITOR_OPTIONS } from './editor-options'
import { languageOf } from './file-kinds'
import { applyTheme, monaco } from './monaco-setup'

export type CompareEditorProps = { path: string; ours: string; theirs: string; isDark: boolean }

/**
 * What is on disk beside what is in the editor. Not the wrapper's `DiffEditor`: that one disposes of its models before itself,
 * which Monaco reports as an error.
 */
export function CompareEditor({ path, ours, theirs, isDark }: CompareEditorProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => applyTheme(isDark), [isDark])
  useEffect(() => {
    if (!element.current) return
    const language = languageOf(path).id
    const original = monaco.editor.createModel(theirs, language)
    const modified = monaco.editor.createModel(ours, language)
    const diff = monaco.editor.createDiffEditor(element.current, {
      ...EDITOR_OPTIONS,
      readOnly: true,
      renderSideBySide: true,
    })
    diff.setModel({ original, modified })
    return () => {
      diff.dispose()
      original.dispose()
      modified.dispose()
    }
  }, [path, ours, theirs])
  return <div ref={element} className="h-full w-full" />
}
