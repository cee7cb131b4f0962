'use client'

import { Editor } from '@monaco-editor/react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { EDITOR_OPTIONS } from './editor-options'
import { languageOf } from './file-kinds'
import { bufferOf, uriOf } from './file-model'
import { applyTheme, monaco, startLanguageWorkers, THEME } from './monaco-setup'
import type { TextBuffer } from './open-file'
import type { Reveal } from './open-tabs'

export type CodeEditorFile = {
  path: string
  /** What the model begins with; afterwards the model is the truth. */
  text: string
  isDirty: boolean
  isReadOnly: boolean
  /** Only the beginning of the file: nothing that could be saved. */
  isPart: boolean
}

export type CodeEditorProps = {
  file: CodeEditorFile
  isDark: boolean
  reveal: Reveal | null
  /** What is seen first stands: now the editor may fetch the rest of itself. */
  isSettled: boolean
  onReady: () => void
  onAttach: (path: string, buffer: TextBuffer) => void
  onEdit: (path: string, isDirty: boolean) => void
  onCursor: (line: number, column: number) => void
}

type Shown = monaco.editor.IStandaloneCodeEditor

/** One editor for all files: each keeps its model, its undo history and where it was scrolled to. */
export function CodeEditor(props: CodeEditorProps) {
  const { file, isDark, reveal, isSettled } = props
  const { path, isReadOnly } = file
  const uri = useMemo(() => uriOf(path, file.isPart), [path, file.isPart])
  const [editor, setEditor] = useState<Shown | null>(null)
  const areFeaturesLoaded = useAllFeatures(isSettled && editor !== null)
  const inFront = useRef<Shown | null>(null)
  const [isWholeInFront, setIsWholeInFront] = useState(false)
  const options = useMemo(
    () => ({
      ...EDITOR_OPTIONS,
      folding: areFeaturesLoaded,
      readOnly: isReadOnly,
      ariaLabel: `Editor, ${path}`,
    }),
    [areFeaturesLoaded, isReadOnly, path],
  )
  useEffect(() => applyTheme(isDark), [isDark])
  useModel(editor, uri, props)
  usePartsEnd(uri, file.isPart)
  useCursor(editor, uri, props.onCursor)
  useReveal(editor, path, reveal)

  function onMount(mounted: Shown) {
    if (inFront.current) takeOver(inFront.current, mounted)
    inFront.current = mounted
    setEditor(mounted)
    // The closure is of the first rendering of this editor: it was made with all features, or without.
    setIsWholeInFront(areFeaturesLoaded)
    props.onReady()
    // Measured before the font came, every column would be a little off.
    void document.fonts.ready.then(() => monaco.editor.remeasureFonts())
  }

  // Made anew once all features are there: an editor has those that were known when it was made. Until the new one stands,
  // the old one stays and takes every key.
  const whole = areFeaturesLoaded ? ['whole'] : []
  const first = isWholeInFront || (areFeaturesLoaded && !editor) ? [] : ['first']
  return (
    <div className="relative h-full">
      {[...first, ...whole].map((key) => (
        <div key={key} className="absolute inset-0">
          <Editor
            path={uri.toString()}
            defaultValue={file.text}
            defaultLanguage={languageOf(path).id}
            keepCurrentModel
            theme={THEME}
            options={options}
            loading={null}
            wrapperProps={WRAPPER}
            beforeMount={() => applyTheme(isDark)}
            onMount={onMount}
          />
        </div>
      ))}
    </div>
  )
}

/** All at once, so that no key falls between the two. */
function takeOver(from: Shown, to: Shown): void {
  if (from.getModel() === to.getModel()) to.restoreViewState(from.saveViewState())
  if (from.hasTextFocus()) to.focus()
}

const WRAPPER = { 'data-testid': 'code-editor' }

/** Hands out the buffer of a file at its first showing. */
function useModel(editor: Shown | null, uri: monaco.Uri, props: CodeEditorProps): void {
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  useEffect(() => {
    const model = editor && monaco.editor.getModel(uri)
    if (!model) return
    const { file, onAttach } = latest.current
    if (file.isPart) return
    bufferOf(model, file, {
      onAttach,
      onEdit: (path, isDirty) => latest.current.onEdit(path, isDirty),
    })
  }, [editor, uri])
}

/** What was only the beginning of a file goes when it is not looked at: the next look reads it anew. */
function usePartsEnd(uri: monaco.Uri, isPart: boolean): void {
  useEffect(() => {
    if (isPart) return () => monaco.editor.getModel(uri)?.dispose()
  }, [uri, isPart])
}

function useCursor(editor: Shown | null, uri: monaco.Uri, onCursor: CodeEditorProps['onCursor']): void {
  const tell = useRef(onCursor)
  useEffect(() => {
    tell.current = onCursor
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file has another cursor
  useEffect(() => {
    const at = editor?.getPosition()
    if (at) tell.current(at.lineNumber, at.column)
    const listening = editor?.onDidChangeCursorPosition(({ position }) => {
      tell.current(position.lineNumber, position.column)
    })
    return () => listening?.dispose()
  }, [editor, uri])
}

function useReveal(editor: Shown | null, path: string, reveal: Reveal | null): void {
  const revealed = useRef(0)
  useEffect(() => {
    // Once: the editor that takes over must not move the cursor away from where somebody types meanwhile.
    if (!editor || reveal?.path !== path || reveal.token === revealed.current) return
    revealed.current = reveal.token
    const position = { lineNumber: reveal.line, column: reveal.column }
    editor.setPosition(position)
    editor.revealPositionInCenterIfOutsideViewport(position)
    editor.focus()
  }, [editor, reveal, path])
}

let areAllFeaturesLoaded = false

/** The rest of the editor is fetched when what is seen first stands, so that it delays none of that. */
function useAllFeatures(mayLoad: boolean): boolean {
  const [areLoaded, setAreLoaded] = useState(areAllFeaturesLoaded)
  useEffect(() => {
    if (!mayLoad || areLoaded) return
    startLanguageWorkers()
    import('./monaco-later').then(
      () => {
        areAllFeaturesLoaded = true
        // Monaco remembers which keys there are from the first key on; this makes it look again.
        monaco.editor.addKeybindingRules([]).dispose()
        setAreLoaded(true)
      },
      // Without them it is still an editor; the next one tries again.
      () => undefined,
    )
  }, [mayLoad, areLoaded])
  return areLoaded
}
