import type { SandboxClient } from '@/lib/client/sandbox-client'
import { SandboxError, toSandboxError } from '@/lib/errors'
import type { EditJournal, JournalEntry } from './edit-journal'
import { isWithin, movedPath } from './file-paths'
import { JournalWriter } from './journal-writer'
import { type FileContent, type LoadedFile, loadFile, loadFirstPart } from './load-file'
import { isMissing, isStale, newFile, type OpenFile, type TextBuffer } from './open-file'
import { type OpenTabs, withChange, withoutTab, withTab, withTabBefore } from './open-tabs'
import { withEdit } from './restored-edit'
import { Store } from './store'

/** What is in the editor's tabs: loading, saving, and what happens when a file changes under them. */
export class OpenFiles {
  readonly state = new Store<OpenTabs>({ files: [], activePath: null, reveal: null })
  readonly journal: JournalWriter
  readonly #client: SandboxClient
  readonly #buffers = new Map<string, TextBuffer>()
  /** Edits of last time whose files were not loaded yet. */
  readonly #restored = new Map<string, JournalEntry>()
  readonly #loading = new Map<string, Promise<void>>()
  /** Asked to save while a save was under way. */
  readonly #saveAgain = new Set<string>()
  #readAhead: { path: string; reading: Promise<LoadedFile | null> } | null = null
  #token = 0

  constructor(client: SandboxClient, journal: EditJournal) {
    this.#client = client
    this.journal = new JournalWriter(journal, (path) => this.#editOf(path))
  }

  find(path: string): OpenFile | undefined {
    return this.state.get().files.find((file) => file.path === path)
  }

  /** Brings back the tabs of last time, and every edit that was not saved. What was opened meanwhile stays. */
  restore(paths: readonly string[], activePath: string | null, edits: readonly JournalEntry[]): void {
    for (const path of paths) if (!this.find(path)) this.#addTab(newFile(path, false))
    for (const edit of edits) if (!this.find(edit.path)?.isDirty) this.#bringBack(edit)
    const { activePath: shown, files } = this.state.get()
    const last = files.find((file) => file.path === activePath)
    const active = shown ?? last?.path ?? files[0]?.path
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
    this.state.update((state) => withTabBefore(state, path, beforePath))
  }

  /** Closes a tab; what is not saved in it is gone. */
  close(path: string): void {
    this.#restored.delete(path)
    this.journal.forget(path)
    this.#dropTab(path)
    const { activePath } = this.state.get()
    if (activePath) this.activate(activePath)
  }

  /** Reads a file before it is known which edits of it were kept; its tab is about to be loaded. */
  readAhead(path: string): void {
    const reading = loadFile(this.#client, path)
    // Whoever loads it says what went wrong.
    reading.catch(() => undefined)
    this.#readAhead = { path, reading }
  }

  /** Reads the file; never over what was typed. */
  async load(path: string): Promise<void> {
    const file = this.find(path)
    if (!file || (file.isDirty && file.content.kind === 'text')) return
    const loading = this.#loading.get(path) ?? this.#loadAnew(path).finally(() => this.#loading.delete(path))
    this.#loading.set(path, loading)
    await loading
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
    if (isDirty) this.journal.soon(path)
    else this.journal.forget(path)
  }

  /** The text as it is now, with what is not saved. */
  textOf(path: string): string {
    const content = this.find(path)?.content
    const loaded = content?.kind === 'text' ? content.text : this.#restored.get(path)?.text
    return this.#buffers.get(path)?.read().text ?? loaded ?? ''
  }

  /** Writes the file if it is still what the edit began with; else it becomes a conflict. Throws what else goes wrong. */
  async save(path: string): Promise<void> {
    if (this.#restored.has(path)) await this.load(path)
    const file = this.find(path)
    if (file?.isDirty && file.content.kind === 'failed')
      throw new SandboxError('unavailable', file.content.message)
    if (file?.content.kind !== 'text' || file.content.isPart) return
    if (file.isSaving) {
      this.#saveAgain.add(path)
      return
    }
    const condition = file.etag ? { ifMatch: file.etag } : { ifNoneMatch: '*' as const }
    await this.#write(path, condition)
    if (this.#saveAgain.delete(path)) await this.save(path)
  }

  /** Saves what can be saved, then throws the first failure. */
  async saveAll(): Promise<void> {
    const dirty = this.state.get().files.filter((file) => file.isDirty)
    const saved = await Promise.allSettled(dirty.map((file) => this.save(file.path)))
    const failed = saved.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** Writes the file, whatever is there now. */
  async overwrite(path: string): Promise<void> {
    const problem = this.find(path)?.problem
    const theirEtag = problem && problem.kind !== 'deleted' ? problem.theirEtag : null
    await this.#write(path, theirEtag ? { ifMatch: theirEtag } : {})
  }

  takeTheirs(path: string): void {
    const problem = this.find(path)?.problem
    if (problem?.kind !== 'conflict') return
    this.#replaceText(path, problem.theirText, problem.theirEtag)
  }

  /** A file or directory was moved by us: its tabs go with it. */
  async moved(from: string, to: string): Promise<void> {
    for (const file of this.state.get().files) {
      const path = movedPath(file.path, from, to)
      // An edit whose new place is taken by another edit stays where it is, as one of a file that was deleted.
      if (path === file.path || (file.isDirty && this.find(path)?.isDirty)) continue
      await this.#moveTab(file, path)
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

  async #loadAnew(path: string): Promise<void> {
    this.#change(path, { content: { kind: 'loading' } })
    try {
      const ahead = this.#readAhead?.path === path ? this.#readAhead.reading : null
      this.#readAhead = null
      const loaded = await (ahead ?? loadFile(this.#client, path))
      if (loaded && this.find(path)) this.#show(path, loaded)
    } catch (thrown) {
      if (isMissing(thrown) && this.#restored.has(path)) this.#show(path, null)
      else this.#change(path, { content: { kind: 'failed', message: toSandboxError(thrown).message } })
    }
  }

  async #moveTab(file: OpenFile, path: string): Promise<void> {
    const edit = this.#editOf(file.path)
    const isActive = this.state.get().activePath === file.path
    if (edit) this.journal.move(file.path, { ...edit, path })
    if (edit) this.#bringBack({ ...edit, path })
    else if (!this.find(path)) this.#addTab(newFile(path, file.isPreview))
    this.#restored.delete(file.path)
    this.#dropTab(file.path)
    if (isActive) this.activate(path)
    if (isActive || edit) await this.load(path)
  }

  /** An edit whose file is still to be read. */
  #bringBack(edit: JournalEntry): void {
    this.#restored.set(edit.path, edit)
    if (!this.find(edit.path)) this.#addTab(newFile(edit.path, false))
    this.#change(edit.path, { content: { kind: 'unloaded' }, isDirty: true, isPreview: false })
  }

  async #refresh(path: string): Promise<void> {
    const before = this.find(path)
    if (!before || before.isSaving) return
    try {
      const loaded = await loadFile(this.#client, path, before.etag ? { ifNoneMatch: before.etag } : {})
      const file = this.find(path)
      // A save of ours may have come between: then what was read may be older than what is there.
      if (!file || file.isSaving || file.etag !== before.etag) return
      if (loaded) this.#meet(file, loaded)
      else if (file.problem?.kind === 'deleted') this.#change(path, { problem: null })
    } catch (thrown) {
      if (isMissing(thrown)) this.#change(path, { problem: { kind: 'deleted' }, etag: null })
    }
  }

  /** A file that is open meets what is in the sandbox now. */
  #meet(file: OpenFile, { content, etag }: LoadedFile): void {
    const { path } = file
    if (content.kind !== 'text') {
      if (file.isDirty) this.#change(path, { problem: { kind: 'replaced', theirEtag: etag } })
      else this.#show(path, { content, etag })
    } else if (file.content.kind !== 'text') void this.load(path)
    else if (file.content.isPart) return
    else if (!file.isDirty || this.textOf(path) === content.text) this.#replaceText(path, content.text, etag)
    else this.#change(path, { problem: { kind: 'conflict', theirText: content.text, theirEtag: etag } })
  }

  /** What was loaded, under an edit of last time where there is one; null where there is no such file. */
  #show(path: string, loaded: LoadedFile | null): void {
    const edit = this.#restored.get(path)
    this.#restored.delete(path)
    this.#dropBuffer(path)
    if (edit) this.#change(path, withEdit(edit, loaded))
    else if (loaded) this.#change(path, { ...loaded, isDirty: false, problem: null })
    if (edit && !this.find(path)?.isDirty) this.journal.forget(path)
  }

  #replaceText(path: string, text: string, etag: string | null): void {
    const buffer = this.#buffers.get(path)
    if (buffer && buffer.read().text !== text) buffer.replace(text)
    if (buffer) buffer.markSaved(buffer.read().version)
    const content: FileContent = { kind: 'text', text, isPart: false, sizeBytes: text.length }
    this.#change(path, { content, etag, isDirty: false, problem: null })
    this.journal.forget(path)
  }

  async #write(path: string, condition: { ifMatch?: string; ifNoneMatch?: '*' }): Promise<void> {
    const buffer = this.#buffers.get(path)
    const { text, version } = buffer?.read() ?? { text: this.textOf(path), version: 0 }
    this.#change(path, { isSaving: true, isPreview: false })
    try {
      const info = await this.#client.write(path, text, condition)
      const current = this.#buffers.get(path)
      const isSame = current === buffer
      const isDirty = isSame ? (buffer?.markSaved(version) ?? false) : this.textOf(path) !== text
      this.#change(path, { etag: info.etag ?? null, isDirty, isSaving: false, problem: null })
      if (isDirty) this.journal.soon(path)
      else this.journal.forget(path)
    } catch (thrown) {
      this.#change(path, { isSaving: false })
      if (!isStale(thrown)) throw thrown
      await this.#meetStale(path)
    }
  }

  /** A save was refused, because the file is not what the edit began with. */
  async #meetStale(path: string): Promise<void> {
    try {
      const theirs = await loadFile(this.#client, path)
      const file = this.find(path)
      if (theirs && file) this.#meet(file, theirs)
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown
      this.#change(path, { problem: { kind: 'deleted' }, etag: null })
    }
  }

  /** What is unsaved of a file; null where nothing is. */
  #editOf(path: string): JournalEntry | null {
    const file = this.find(path)
    if (!file?.isDirty) return null
    const restored = this.#restored.get(path)
    return restored ?? { path, text: this.textOf(path), etag: file.etag, atMs: Date.now() }
  }

  /** Puts a tab beside the one in front; one that was shown in passing makes room. */
  #addTab(file: OpenFile): void {
    const passing = file.isPreview ? this.state.get().files.find((each) => each.isPreview) : undefined
    this.state.update((state) => withTab(state, file))
    if (passing) this.#dropTab(passing.path)
  }

  #dropTab(path: string): void {
    this.state.update((state) => withoutTab(state, path))
    this.#dropBuffer(path)
  }

  #dropBuffer(path: string): void {
    this.#buffers.get(path)?.close()
    this.#buffers.delete(path)
  }

  #change(path: string, change: Partial<OpenFile>): void {
    this.state.update((state) => withChange(state, path, change))
  }
}
