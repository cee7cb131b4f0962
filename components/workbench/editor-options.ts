import type { editor } from 'monaco-editor'

/** Of every editor, the one for files and the one that compares. */
export const EDITOR_OPTIONS: editor.IStandaloneEditorConstructionOptions = {
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
