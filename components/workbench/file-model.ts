import { languageOf } from './file-kinds'
import { ModelBuffer } from './model-buffer'
import { monaco } from './monaco-setup'
import type { TextBuffer } from './open-file'

export type ModelFile = { path: string; text: string; isDirty: boolean }
export type ModelListeners = {
  onAttach: (path: string, buffer: TextBuffer) => void
  onEdit: (path: string, isDirty: boolean) => void
}

/** Where a model is found again. The beginning of a file is not the file: it has a model of its own. */
export function uriOf(path: string, isPart: boolean): monaco.Uri {
  const uri = monaco.Uri.file(path)
  return isPart ? uri.with({ query: 'part' }) : uri
}

const buffers = new WeakMap<monaco.editor.ITextModel, ModelBuffer>()

/** The buffer of a file's model: one for all views of it. It is handed out, and its changes told, from the first on. */
export function bufferOf(
  model: monaco.editor.ITextModel,
  file: ModelFile,
  { onAttach, onEdit }: ModelListeners,
): ModelBuffer {
  const known = buffers.get(model)
  if (known) return known
  const buffer = new ModelBuffer(model, file.isDirty)
  buffers.set(model, buffer)
  model.onDidChangeContent(() => onEdit(file.path, buffer.isDirty))
  onAttach(file.path, buffer)
  return buffer
}

/** The file's text without an editor, for a view that shows it otherwise: nothing of it is on the page. */
export function openModel(
  file: ModelFile,
  listeners: ModelListeners,
): { model: monaco.editor.ITextModel; buffer: ModelBuffer } {
  const uri = uriOf(file.path, false)
  const model =
    monaco.editor.getModel(uri) ?? monaco.editor.createModel(file.text, languageOf(file.path).id, uri)
  return { model, buffer: bufferOf(model, file, listeners) }
}
