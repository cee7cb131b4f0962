import { monaco } from './monaco-setup'
import type { TextBuffer } from './open-file'

/** A file's text in the editor's model of it. */
export class ModelBuffer implements TextBuffer {
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
    this.endStep()
    this.type(text)
    this.endStep()
  }

  /** Like `replace`, as a part of the step that is undone as one: what is typed into one field, say. */
  type(text: string): void {
    const range = this.#model.getFullModelRange()
    const fresh = text.startsWith('\ufeff') ? text.slice(1) : text
    this.#model.pushEditOperations([], [minimalEdit(this.#model, range, fresh)], () => null)
  }

  endStep(): void {
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
