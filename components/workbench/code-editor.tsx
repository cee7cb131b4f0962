'use client'

import { useEffect, useRef, useState } from 'react'
import { languageOf } from './file-kinds'
import { applyTheme, monaco, startLanguageWorkers } from './monaco-setup'
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

/** One editor for all files: each keeps its model, its undo history and where it was scrolled to. */
export function CodeEditor(props: CodeEditorProps) {
  const { file, isDark, reveal, isSettled, onReady, onAttach, onEdit, onCursor } = props
  const element = useRef<HTMLDivElement>(null)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(null)
  const { path, isReadOnly, isPart } = file
  // The text is only what a model begins with: a change of it must not set the model anew.
  const latestFile = useRef(file)
  const callbacks = useRef({ onReady, onAttach, onEdit, onCursor })
  useEffect(() => {
    latestFile.current = file
    callbacks.current = { onReady, onAttach, onEdit, onCursor }
  })

  useEffect(() => applyTheme(isDark), [isDark])

  const hasAllFeatures = useAllFeatures(isSettled)
  const hadFocus = useRef(false)
  // Made anew once all features are there: an editor has those that were known when it was made.
  useEffect(() => {
    if (!element.current) return
    const created = monaco.editor.create(element.current, {
      ...EDITOR_OPTIONS,
      folding: hasAllFeatures,
    })
    editor.current = created
    created.onDidChangeCursorPosition(({ position }) => {
      callbacks.current.onCursor(position.lineNumber, position.column)
    })
    if (hadFocus.current) created.focus()
    callbacks.current.onReady()
    // Measured before the font came, every column would be a little off.
    void document.fonts.ready.then(() => monaco.editor.remeasureFonts())
    return () => {
      hadFocus.current = created.hasTextFocus()
      keepViewState(created)
      editor.current = null
      created.dispose()
    }
  }, [hasAllFeatures])

  // biome-ignore lint/correctness/useExhaustiveDependencies: an editor that was made anew needs its model too
  useEffect(() => {
    const shown = editor.current
    if (!shown) return
    const model = modelOf({ ...latestFile.current, path, isPart }, callbacks)
    shown.setModel(model)
    shown.updateOptions({ readOnly: isReadOnly, ariaLabel: `Editor, ${path}` })
    const state = viewStates.get(model)
    if (state) shown.restoreViewState(state)
    const at = shown.getPosition()
    if (at) callbacks.current.onCursor(at.lineNumber, at.column)
    return () => keepViewState(shown)
  }, [path, isReadOnly, isPart, hasAllFeatures])

  useEffect(() => {
    const shown = editor.current
    if (!shown || reveal?.path !== path) return
    const position = { lineNumber: reveal.line, column: reveal.column }
    shown.setPosition(position)
    shown.revealPositionInCenterIfOutsideViewport(position)
    shown.focus()
  }, [reveal, path])

  return <div ref={element} className="h-full w-full" data-testid="code-editor" />
}

let areAllFeaturesLoaded = false

/** The rest of the editor is fetched when what is seen first stands, so that it delays none of that. */
function useAllFeatures(isSettled: boolean): boolean {
  const [isLoaded, setIsLoaded] = useState(areAllFeaturesLoaded)
  useEffect(() => {
    if (!isSettled || areAllFeaturesLoaded) return
    startLanguageWorkers()
    import('./monaco-later').then(
      () => {
        areAllFeaturesLoaded = true
        setIsLoaded(true)
      },
      // Without them it is still an editor; the next one tries again.
      () => undefined,
    )
  }, [isSettled])
  return isLoaded
}

export type CompareEditorProps = { path: string; ours: string; theirs: string; isDark: boolean }

/** What is on disk beside what is in the editor. */
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

const EDITOR_OPTIONS: monaco.editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", "DejaVu Sans Mono", monospace',
  fontSize: 13,
  lineHeight: 20,
  fontLigatures: false,
  minimap: { enabled: false },
  padding: { top: 4, bottom: 8 },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  renderLineHighlight: 'all',
  tabSize: 2,
  stickyScroll: { enabled: false },
  occurrencesHighlight: 'singleFile',
  fixedOverflowWidgets: true,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
  overviewRulerBorder: false,
  // Dimmed, as it would be, the last number cannot be read.
  renderFinalNewline: 'on',
  bracketPairColorization: { enabled: false },
  accessibilitySupport: 'auto',
}

const viewStates = new WeakMap<monaco.editor.ITextModel, monaco.editor.ICodeEditorViewState | null>()

function keepViewState(editor: monaco.editor.IStandaloneCodeEditor): void {
  const model = editor.getModel()
  if (model) viewStates.set(model, editor.saveViewState())
}

type Callbacks = { current: Pick<CodeEditorProps, 'onAttach' | 'onEdit' | 'onCursor'> }

/** The model of a file, made at its first showing. */
function modelOf(file: CodeEditorFile, callbacks: Callbacks): monaco.editor.ITextModel {
  const uri = monaco.Uri.file(file.path)
  const existing = monaco.editor.getModel(uri)
  if (existing && parts.has(existing) === file.isPart) return existing
  existing?.dispose()
  const model = monaco.editor.createModel(file.text, languageOf(file.path).id, uri)
  if (file.isPart) {
    parts.add(model)
    return model
  }
  const buffer = new ModelBuffer(model, file.isDirty)
  model.onDidChangeContent(() => callbacks.current.onEdit(file.path, buffer.isDirty))
  callbacks.current.onAttach(file.path, buffer)
  return model
}

/** Models that hold only the beginning of their file. */
const parts = new WeakSet<monaco.editor.ITextModel>()

class ModelBuffer implements TextBuffer {
  readonly #model: monaco.editor.ITextModel
  #savedVersion: number

  constructor(model: monaco.editor.ITextModel, isDirty: boolean) {
    this.#model = model
    this.#savedVersion = isDirty ? -1 : model.getAlternativeVersionId()
  }

  get isDirty(): boolean {
    return this.#model.getAlternativeVersionId() !== this.#savedVersion
  }

  read(): { text: string; version: number } {
    // With the byte order mark, so that saving changes nothing that was not typed.
    const text = this.#model.getValue(monaco.editor.EndOfLinePreference.TextDefined, true)
    return { text, version: this.#model.getAlternativeVersionId() }
  }

  replace(text: string): void {
    const range = this.#model.getFullModelRange()
    const fresh = text.startsWith('\ufeff') ? text.slice(1) : text
    this.#model.pushStackElement()
    this.#model.pushEditOperations([], [minimalEdit(this.#model, range, fresh)], () => null)
    this.#model.pushStackElement()
  }

  markSaved(version: number): boolean {
    this.#savedVersion = version
    return this.isDirty
  }

  close(): void {
    this.#model.dispose()
  }
}

/** Only what differs between the common beginning and end is replaced, so that cursors elsewhere stay where they are. */
function minimalEdit(
  model: monaco.editor.ITextModel,
  full: monaco.Range,
  text: string,
): monaco.editor.IIdentifiedSingleEditOperation {
  const before = model.getValueInRange(full)
  const longest = Math.min(before.length, text.length)
  let start = 0
  while (start < longest && before.charCodeAt(start) === text.charCodeAt(start)) start++
  let end = 0
  while (
    end < longest - start &&
    before.charCodeAt(before.length - 1 - end) === text.charCodeAt(text.length - 1 - end)
  ) {
    end++
  }
  const range = monaco.Range.fromPositions(
    model.getPositionAt(start),
    model.getPositionAt(before.length - end),
  )
  return { range, text: text.slice(start, text.length - end), forceMoveMarkers: true }
}
