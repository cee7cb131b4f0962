import type { SandboxClient } from '@/lib/client/sandbox-client'
import { SandboxError, toSandboxError } from '@/lib/errors'
import type { EditJournal, JournalEntry } from './edit-journal'
import { isWithin, movedPath } from './file-paths'
import { type FileContent, loadFile, loadFirstPart } from './load-file'
import { isMissing, isStale, newFile, type OpenFile, type TextBuffer } from './open-file'
import { Store } from './store'

/** A place to show; `token` makes each wish a new one. */
export type Reveal = { path: string; line: number; column: number; token: number }

export type OpenFilesState = { files: readonly OpenFile[]; activePath: string | null; reveal: Reveal | null }

/** After typing stops for this long, the edit is written to the journal. */
const JOURNAL_DELAY_MS = 400

/** The editor's tabs and what is in them: loading, saving, and what happens when a file changes under them. */
export class OpenFiles {
  readonly state = new Store<OpenFilesState>({ files: [], activePath: null, reveal: null })
  readonly #client: SandboxClient
  readonly #journal: EditJournal
  readonly #buffers = new Map<string, TextBuffer>()
  readonly #journalTimers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #restored = new Map<string, JournalEntry>()
  /** Asked to save while a save was under way. */
  readonly #saveAgain = new Set<string>()
  #token = 0

  constructor(client: SandboxClient, journal: EditJournal) {
    this.#client = client
    this.#journal = journal
  }

  find(path: string): OpenFile | undefined {
    return this.state.get().files.find((file) => file.path === path)
  }

  get hasUnsaved(): boolean {
    return this.state.get().files.some((file) => file.isDirty)
  }

  /** Brings back the tabs of last time, and every edit that was not saved. */
  restore(paths: readonly string[], activePath: string | null, edits: readonly JournalEntry[]): void {
    for (const edit of edits) this.#restored.set(edit.path, edit)
    const all = [...new Set([...paths, ...this.#restored.keys()])]
    const files = all.map((path) => ({ ...newFile(path, false), isDirty: this.#restored.has(path) }))
    this.state.set({ files, activePath: null, reveal: null })
    const active = activePath && all.includes(activePath) ? activePath : (all[0] ?? null)
    if (active) this.activate(active)
  }

  open(path: string, options: { isPreview?: boolean; line?: number; column?: number } = {}): void {
    if (!this.find(path)) this.#addTab(newFile(path, options.isPreview ?? false))
    else if (!options.isPreview) this.keep(path)
    this.activate(path)
    const { line, column = 1 } = options
    if (line !== undefined) {
      const reveal = { path, line, column, token: ++this.#token }
      this.state.update((state) => ({ ...state, reveal }))
    }
  }

  activate(path: string): void {
    this.state.update((state) => ({ ...state, activePath: path }))
    if (this.find(path)?.content.kind === 'unloaded') void this.load(path)
  }

  /** A tab that was shown in passing stays. */
  keep(path: string): void {
    if (this.find(path)?.isPreview) this.#change(path, { isPreview: false })
  }

  /** Puts a tab before another one, or last. */
  moveTab(path: string, beforePath: string | null): void {
    const moved = this.find(path)
    if (!moved || path === beforePath) return
    this.state.update((state) => {
      const files = state.files.filter((file) => file !== moved)
      const at = files.findIndex((file) => file.path === beforePath)
      files.splice(at < 0 ? files.length : at, 0, moved)
      return { ...state, files }
    })
  }

  /** Closes a tab; what is not saved in it is gone. */
  close(path: string): void {
    this.state.update((state) => {
      const at = state.files.findIndex((file) => file.path === path)
      if (at < 0) return state
      const files = state.files.filter((file) => file.path !== path)
      const next = files[Math.min(at, files.length - 1)]?.path ?? null
      return { ...state, files, activePath: state.activePath === path ? next : state.activePath }
    })
    this.#buffers.get(path)?.close()
    this.#buffers.delete(path)
    this.#forgetEdit(path)
    const { activePath } = this.state.get()
    if (activePath) this.activate(activePath)
  }

  async load(path: string): Promise<void> {
    this.#change(path, { content: { kind: 'loading' } })
    const edit = this.#restored.get(path)
    try {
      const loaded = await loadFile(this.#client, path)
      if (!loaded || !this.find(path)) return
      if (edit && loaded.content.kind === 'text') this.#restoreEdit(edit, loaded.content, loaded.etag)
      else this.#change(path, { content: loaded.content, etag: loaded.etag, isDirty: false, problem: null })
    } catch (thrown) {
      this.#loadFailed(path, thrown, edit)
    }
  }

  /** The beginning of a file that is too large to edit, to read only. */
  async loadPart(path: string): Promise<void> {
    this.#change(path, { content: { kind: 'loading' } })
    try {
      this.#change(path, await loadFirstPart(this.#client, path))
    } catch (thrown) {
      this.#change(path, { content: { kind: 'failed', message: toSandboxError(thrown).message } })
    }
  }

  /** An editor holds the file's text from now on. */
  attach(path: string, buffer: TextBuffer): void {
    this.#buffers.set(path, buffer)
  }

  /** The editor's text changed. */
  edited(path: string, isDirty: boolean): void {
    const file = this.find(path)
    if (!file) return
    if (file.isDirty !== isDirty || file.isPreview) this.#change(path, { isDirty, isPreview: false })
    if (isDirty) this.#journalSoon(path)
    else this.#forgetEdit(path)
  }

  /** The text as it is now, with what is not saved. */
  textOf(path: string): string {
    const content = this.find(path)?.content
    return this.#buffers.get(path)?.read().text ?? (content?.kind === 'text' ? content.text : '')
  }

  /** Writes the file if it is still what the edit began with; else it becomes a conflict. Throws what else goes wrong. */
  async save(path: string): Promise<void> {
    const file = this.find(path)
    if (file?.content.kind !== 'text' || file.content.isPart) return
    if (file.isSaving) {
      this.#saveAgain.add(path)
      return
    }
    const condition = file.etag ? { ifMatch: file.etag } : { ifNoneMatch: '*' as const }
    await this.#write(path, condition)
    if (this.#saveAgain.delete(path)) await this.save(path)
  }

  async saveAll(): Promise<void> {
    for (const file of this.state.get().files) if (file.isDirty) await this.save(file.path)
  }

  /** Writes the file, whatever is there now. */
  async overwrite(path: string): Promise<void> {
    const problem = this.find(path)?.problem
    if (problem?.kind === 'conflict' && problem.theirEtag)
      await this.#write(path, { ifMatch: problem.theirEtag })
    else await this.#write(path, {})
  }

  takeTheirs(path: string): void {
    const problem = this.find(path)?.problem
    if (problem?.kind !== 'conflict') return
    this.#replaceText(path, problem.theirText, problem.theirEtag)
  }

  /** A file or directory was moved by us: its tabs go with it. */
  async moved(from: string, to: string): Promise<void> {
    for (const file of this.state.get().files) {
      if (!isWithin(file.path, from)) continue
      const path = movedPath(file.path, from, to)
      const text = file.isDirty ? this.textOf(file.path) : null
      const isActive = this.state.get().activePath === file.path
      const { etag } = file
      this.close(file.path)
      if (text !== null) this.#restored.set(path, { path, text, etag, atMs: Date.now() })
      if (!this.find(path)) this.#addTab({ ...newFile(path, file.isPreview), isDirty: text !== null })
      if (isActive || text !== null) await this.load(path)
      if (isActive) this.activate(path)
    }
  }

  /** Something may have changed at these paths or below: what is open there is looked at again. */
  async changedOutside(paths: readonly string[]): Promise<void> {
    const touched = this.state
      .get()
      .files.filter((file) => file.content.kind !== 'unloaded' && file.content.kind !== 'loading')
      .filter((file) => paths.some((path) => isWithin(file.path, path)))
    await Promise.all(touched.map((file) => this.#refresh(file.path)))
  }

  /** Writes every edit to the journal now, because the page may be gone in a moment. */
  flushJournal(): void {
    for (const path of [...this.#journalTimers.keys()]) this.#journalNow(path)
  }

  async #refresh(path: string): Promise<void> {
    const before = this.find(path)
    if (!before || before.isSaving) return
    try {
      const loaded = await loadFile(this.#client, path, before.etag ? { ifNoneMatch: before.etag } : {})
      const file = this.find(path)
      // A save of ours may have come between: then what was read may be older than what is there.
      if (!file || file.isSaving || file.etag !== before.etag) return
      if (!loaded) {
        if (file.problem?.kind === 'deleted') this.#change(path, { problem: null })
      } else if (loaded.content.kind === 'text') this.#adopt(file, loaded.content.text, loaded.etag)
      else if (!file.isDirty) this.#change(path, { ...loaded, problem: null })
    } catch (thrown) {
      if (isMissing(thrown)) this.#change(path, { problem: { kind: 'deleted' }, etag: null })
    }
  }

  #adopt(file: OpenFile, text: string, etag: string | null): void {
    if (file.content.kind !== 'text' || file.content.isPart) {
      if (file.content.kind !== 'text') void this.load(file.path)
    } else if (!file.isDirty || this.textOf(file.path) === text) this.#replaceText(file.path, text, etag)
    else this.#change(file.path, { problem: { kind: 'conflict', theirText: text, theirEtag: etag } })
  }

  #replaceText(path: string, text: string, etag: string | null): void {
    const buffer = this.#buffers.get(path)
    if (buffer && buffer.read().text !== text) buffer.replace(text)
    if (buffer) buffer.markSaved(buffer.read().version)
    const content: FileContent = { kind: 'text', text, isPart: false, sizeBytes: text.length }
    this.#change(path, { content, etag, isDirty: false, problem: null })
    this.#forgetEdit(path)
  }

  async #write(path: string, condition: { ifMatch?: string; ifNoneMatch?: '*' }): Promise<void> {
    const buffer = this.#buffers.get(path)
    const { text, version } = buffer?.read() ?? { text: this.textOf(path), version: 0 }
    this.#change(path, { isSaving: true, isPreview: false })
    try {
      const info = await this.#client.write(path, text, condition)
      const isDirty = buffer?.markSaved(version) ?? false
      this.#change(path, { etag: info.etag ?? null, isDirty, isSaving: false, problem: null })
      if (isDirty) this.#journalSoon(path)
      else this.#forgetEdit(path)
    } catch (thrown) {
      this.#change(path, { isSaving: false })
      if (!isStale(thrown)) throw thrown
      await this.#showConflict(path)
    }
  }

  async #showConflict(path: string): Promise<void> {
    try {
      const theirs = await loadFile(this.#client, path)
      if (theirs?.content.kind !== 'text')
        throw new SandboxError('conflict', 'The file on disk is no text now.')
      const problem = { kind: 'conflict', theirText: theirs.content.text, theirEtag: theirs.etag } as const
      this.#change(path, { problem })
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown
      this.#change(path, { problem: { kind: 'deleted' }, etag: null })
    }
  }

  #restoreEdit(edit: JournalEntry, disk: Extract<FileContent, { kind: 'text' }>, etag: string | null): void {
    this.#restored.delete(edit.path)
    const isSame = edit.text === disk.text
    const content = { ...disk, text: edit.text }
    const problem =
      isSame || edit.etag === etag
        ? null
        : { kind: 'conflict' as const, theirText: disk.text, theirEtag: etag }
    this.#change(edit.path, { content, etag: problem ? edit.etag : etag, isDirty: !isSame, problem })
    if (isSame) this.#forgetEdit(edit.path)
  }

  #loadFailed(path: string, thrown: unknown, edit: JournalEntry | undefined): void {
    if (edit && isMissing(thrown)) {
      this.#restored.delete(path)
      const content: FileContent = {
        kind: 'text',
        text: edit.text,
        isPart: false,
        sizeBytes: edit.text.length,
      }
      this.#change(path, { content, etag: null, isDirty: true, problem: { kind: 'deleted' } })
      return
    }
    this.#change(path, { content: { kind: 'failed', message: toSandboxError(thrown).message } })
  }

  #addTab(file: OpenFile): void {
    const passing = file.isPreview ? this.state.get().files.find((each) => each.isPreview) : undefined
    this.state.update((state) => {
      const files = state.files.filter((each) => each !== passing)
      const at = files.findIndex((each) => each.path === state.activePath)
      files.splice(at < 0 ? files.length : at + 1, 0, file)
      return { ...state, files }
    })
    if (!passing) return
    this.#buffers.get(passing.path)?.close()
    this.#buffers.delete(passing.path)
  }

  #change(path: string, change: Partial<OpenFile>): void {
    this.state.update((state) => ({
      ...state,
      files: state.files.map((file) => (file.path === path ? { ...file, ...change } : file)),
    }))
  }

  #journalSoon(path: string): void {
    clearTimeout(this.#journalTimers.get(path))
    this.#journalTimers.set(
      path,
      setTimeout(() => this.#journalNow(path), JOURNAL_DELAY_MS),
    )
  }

  #journalNow(path: string): void {
    clearTimeout(this.#journalTimers.get(path))
    this.#journalTimers.delete(path)
    const file = this.find(path)
    if (!file?.isDirty) return
    void this.#journal.put({ path, text: this.textOf(path), etag: file.etag, atMs: Date.now() })
  }

  #forgetEdit(path: string): void {
    clearTimeout(this.#journalTimers.get(path))
    this.#journalTimers.delete(path)
    this.#restored.delete(path)
    void this.#journal.remove(path)
  }
}
