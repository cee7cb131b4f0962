import { loader } from '@monaco-editor/react'
import * as monaco from 'monaco-editor/editor/editor.api.js'
// To type at once. What is only wanted after a look at the file, `monaco-later.ts` brings when all stands.
import 'monaco-editor/features/bracketMatching/register.js'
import 'monaco-editor/features/caretOperations/register.js'
import 'monaco-editor/features/codeEditor/register.js'
import 'monaco-editor/features/codicon/register.js'
import 'monaco-editor/features/cursorUndo/register.js'
import 'monaco-editor/features/lineSelection/register.js'
import 'monaco-editor/features/readOnlyMessage/register.js'
import 'monaco-editor/features/toggleTabFocusMode/register.js'
import 'monaco-editor/features/tokenization/register.js'
import 'monaco-editor/features/wordHighlighter/register.js'
import 'monaco-editor/features/wordOperations/register.js'
// Services of later features. Monaco takes no new ones once the first editor was made.
import 'monaco-editor/editor/contrib/documentSymbols/browser/outlineModel.js'
import 'monaco-editor/editor/contrib/gotoError/browser/markerNavigationService.js'
import 'monaco-editor/editor/contrib/gotoSymbol/browser/symbolNavigation.js'
import 'monaco-editor/editor/contrib/inlayHints/browser/inlayHintsController.js'
import 'monaco-editor/editor/contrib/peekView/browser/peekView.js'
import 'monaco-editor/editor/contrib/suggest/browser/suggestMemory.js'
import 'monaco-editor/platform/actionWidget/browser/actionWidget.js'
// Each language is a few lines here; its grammar is fetched with the first such file.
import 'monaco-editor/languages/definitions/cpp/register.js'
import 'monaco-editor/languages/definitions/css/register.js'
import 'monaco-editor/languages/definitions/dockerfile/register.js'
import 'monaco-editor/languages/definitions/go/register.js'
import 'monaco-editor/languages/definitions/html/register.js'
import 'monaco-editor/languages/definitions/ini/register.js'
import 'monaco-editor/languages/definitions/java/register.js'
import 'monaco-editor/languages/definitions/javascript/register.js'
import 'monaco-editor/languages/definitions/less/register.js'
import 'monaco-editor/languages/definitions/markdown/register.js'
import 'monaco-editor/languages/definitions/php/register.js'
import 'monaco-editor/languages/definitions/python/register.js'
import 'monaco-editor/languages/definitions/ruby/register.js'
import 'monaco-editor/languages/definitions/rust/register.js'
import 'monaco-editor/languages/definitions/scss/register.js'
import 'monaco-editor/languages/definitions/shell/register.js'
import 'monaco-editor/languages/definitions/sql/register.js'
import 'monaco-editor/languages/definitions/typescript/register.js'
import 'monaco-editor/languages/definitions/xml/register.js'
import 'monaco-editor/languages/definitions/yaml/register.js'
import 'monaco-editor/languages/features/css/register.js'
import 'monaco-editor/languages/features/html/register.js'
import 'monaco-editor/languages/features/json/register.js'
import * as typescript from 'monaco-editor/languages/features/typescript/register.js'
import { readColor, readColorWithAlpha } from './theme-colors'

export { monaco }

/** The TypeScript worker is as large as all the rest: language workers wait until the workbench stands. */
let startLanguageWorkers: () => void = () => undefined
const mayStartLanguageWorkers = new Promise<void>((resolve) => {
  startLanguageWorkers = resolve
})

export { startLanguageWorkers }

export const THEME = 'sandlot'

// Told nothing, the wrapper would fetch an editor of its own from elsewhere.
loader.config({ monaco })

self.MonacoEnvironment = {
  async getWorker(_moduleId: string, label: string): Promise<Worker> {
    if (label === 'editorWorkerService') return editorWorker()
    await mayStartLanguageWorkers
    return languageWorker(label)
  },
}

function editorWorker(): Worker {
  return new Worker(new URL('monaco-editor/editor/editor.worker.js', import.meta.url), { type: 'module' })
}

function languageWorker(label: string): Worker {
  if (label === 'typescript' || label === 'javascript') {
    return new Worker(new URL('monaco-editor/languages/features/typescript/ts.worker.js', import.meta.url), {
      type: 'module',
    })
  }
  if (label === 'json') {
    return new Worker(new URL('monaco-editor/languages/features/json/json.worker.js', import.meta.url), {
      type: 'module',
    })
  }
  if (label === 'css' || label === 'scss' || label === 'less') {
    return new Worker(new URL('monaco-editor/languages/features/css/css.worker.js', import.meta.url), {
      type: 'module',
    })
  }
  if (label === 'html') {
    return new Worker(new URL('monaco-editor/languages/features/html/html.worker.js', import.meta.url), {
      type: 'module',
    })
  }
  return editorWorker()
}

for (const defaults of [typescript.typescriptDefaults, typescript.javascriptDefaults]) {
  // The packages of the sandbox are not known here: "cannot find module" on every import would only be noise.
  defaults.setDiagnosticsOptions({ noSemanticValidation: true, noSuggestionDiagnostics: true })
  defaults.setCompilerOptions({
    target: typescript.ScriptTarget.ESNext,
    module: typescript.ModuleKind.ESNext,
    moduleResolution: typescript.ModuleResolutionKind.NodeJs,
    jsx: typescript.JsxEmit.ReactJSX,
    allowJs: true,
    allowNonTsExtensions: true,
  })
}

/** Puts the tokens of the current theme on every editor. */
export function applyTheme(isDark: boolean): void {
  const rule = (token: string, color: string) => ({ token, foreground: readColor(color).slice(1) })
  monaco.editor.defineTheme(THEME, {
    base: isDark ? 'vs-dark' : 'vs',
    // Monaco's own rules name single languages, and would win over these.
    inherit: false,
    rules: [
      rule('', '--text'),
      rule('comment', '--code-comment'),
      rule('keyword', '--code-keyword'),
      rule('string', '--code-string'),
      rule('regexp', '--code-string'),
      rule('number', '--code-number'),
      rule('type', '--code-type'),
      rule('tag', '--code-function'),
      rule('metatag', '--code-keyword'),
      rule('attribute.name', '--code-type'),
      rule('attribute.value', '--code-string'),
      rule('string.key.json', '--code-function'),
      rule('string.value.json', '--code-string'),
      rule('keyword.json', '--code-keyword'),
      rule('key', '--code-function'),
      rule('namespace', '--code-type'),
      rule('predefined', '--code-type'),
      rule('annotation', '--code-keyword'),
      rule('constant', '--code-number'),
      rule('invalid', '--bad'),
      { token: 'emphasis', fontStyle: 'italic' },
      { token: 'strong', fontStyle: 'bold' },
      rule('variable', '--text'),
      rule('delimiter', '--text-2'),
    ],
    colors: themeColors(),
  })
  monaco.editor.setTheme(THEME)
}

function themeColors(): Record<string, string> {
  const surface = readColor('--surface')
  const line = readColor('--line-strong')
  return {
    'editor.background': readColor('--bg'),
    'editor.foreground': readColor('--text'),
    'editorLineNumber.foreground': readColor('--text-3'),
    'editorLineNumber.activeForeground': readColor('--text'),
    'editorCursor.foreground': readColor('--accent'),
    'editor.selectionBackground': readColorWithAlpha('--accent', 0.28),
    'editor.inactiveSelectionBackground': readColorWithAlpha('--accent', 0.16),
    'editor.lineHighlightBackground': readColorWithAlpha('--hover', 0.6),
    'editor.lineHighlightBorder': '#00000000',
    'editorIndentGuide.background1': readColor('--line'),
    'editorIndentGuide.activeBackground1': readColor('--line-strong'),
    'editorWidget.background': surface,
    'editorWidget.border': line,
    'editorSuggestWidget.background': surface,
    'editorSuggestWidget.border': line,
    'editorSuggestWidget.selectedBackground': readColor('--sel'),
    'editorSuggestWidget.selectedForeground': readColor('--text'),
    'editorHoverWidget.background': surface,
    'editorHoverWidget.border': line,
    'input.background': readColor('--sunken'),
    'input.border': line,
    'quickInput.background': surface,
    'quickInputList.focusBackground': readColor('--sel'),
    'quickInputList.focusForeground': readColor('--text'),
    'menu.background': surface,
    'menu.foreground': readColor('--text'),
    'menu.selectionBackground': readColor('--hover'),
    'menu.selectionForeground': readColor('--text'),
    'menu.border': line,
    focusBorder: readColor('--accent'),
    'scrollbarSlider.background': readColorWithAlpha('--text-3', 0.25),
    'scrollbarSlider.hoverBackground': readColorWithAlpha('--text-3', 0.4),
    'scrollbarSlider.activeBackground': readColorWithAlpha('--text-3', 0.5),
    ...Object.fromEntries(
      [1, 2, 3, 4, 5, 6].map((level) => [`editorBracketHighlight.foreground${level}`, readColor('--text-2')]),
    ),
    'diffEditor.insertedLineBackground': readColorWithAlpha('--ok', 0.12),
    'diffEditor.removedLineBackground': readColorWithAlpha('--bad', 0.12),
    'diffEditor.insertedTextBackground': readColorWithAlpha('--ok', 0.2),
    'diffEditor.removedTextBackground': readColorWithAlpha('--bad', 0.2),
  }
}
