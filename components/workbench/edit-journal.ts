import { EditDatabase } from './edit-database'
import { beginSession, ifGone } from './edit-session'
import { LastWords } from './last-words'

/** An edit that was not saved, as it is kept in the browser over a crash or a reload. */
export type JournalEntry = {
  path: string
  text: string
  /** Of the content that the edit began with; null for a file that was not there. */
  etag: string | null
  atMs: number
}

type Row = JournalEntry & { session: string }

/**
 * Unsaved edits of one sandbox in the browser's database, each tab's apart: what one tab saves or throws away says nothing
 * about what another one holds. What a tab leaves behind goes to the next one that is opened.
 */
export class EditJournal {
  readonly #scope: string
  readonly #session: Promise<string>
  readonly #database = new EditDatabase()
  readonly #lastWords: LastWords
  /** Null until it is known. */
  #name: string | null = null

  constructor(scope: string) {
    this.#scope = scope
    this.#lastWords = new LastWords(scope)
    this.#session = beginSession(scope).then((name) => {
      this.#name = name
      return name
    })
  }

  /**
   * The edits of this tab from before a reload, and those of tabs that are gone, which are this tab's from now on: of each
   * file the latest. Older ones wait for a later start. Empty where the browser keeps nothing.
   */
  async restore(): Promise<JournalEntry[]> {
    const session = await this.#session
    const rows = (await this.#rows()).reverse()
    const restored = new Map(rows.filter((row) => row.session === session).map((row) => [row.path, row]))
    for (const row of rows) {
      if (restored.has(row.path)) continue
      const isOurs = await ifGone(this.#scope, row.session, () => this.#take(row, session))
      if (isOurs) restored.set(row.path, row)
    }
    return [...restored.values()].reverse()
  }

  /** Everything that this browser keeps of the sandbox, the oldest first. */
  list(): Promise<JournalEntry[]> {
    return this.#rows()
  }

  /** As `put`, for a page that may be gone before the database has it. */
  putAtOnce(entry: JournalEntry): Promise<void> {
    if (this.#name !== null) this.#lastWords.keep({ ...entry, session: this.#name })
    return this.put(entry)
  }

  /** Rejects where the browser does not keep it. */
  async put(entry: JournalEntry): Promise<void> {
    const session = await this.#session
    await this.#database.write((edits) => edits.put({ ...entry, session }, this.#key(session, entry.path)))
    this.#lastWords.forget({ session, path: entry.path }, entry.atMs)
  }

  async remove(path: string): Promise<void> {
    const session = await this.#session
    this.#lastWords.forget({ session, path })
    await this.#database.write((edits) => edits.delete(this.#key(session, path)))
  }

  /** An edit whose file is somewhere else now. */
  async move(from: string, entry: JournalEntry): Promise<void> {
    const session = await this.#session
    await this.#database.write((edits) => {
      edits.delete(this.#key(session, from))
      edits.put({ ...entry, session }, this.#key(session, entry.path))
    })
    this.#lastWords.forget({ session, path: from })
  }

  /** Forgets everything, for a sandbox that is no more. */
  async clear(): Promise<void> {
    for (const word of this.#lastWords.all()) this.#lastWords.forget(word)
    await this.#database.write((edits) => edits.delete(this.#range()))
  }

  async #rows(): Promise<Row[]> {
    const words = this.#lastWords.all()
    const latest = new Map<string, Row>()
    for (const row of [...(await this.#keptRows()), ...words].sort((a, b) => a.atMs - b.atMs)) {
      const key = JSON.stringify([row.session, row.path])
      latest.delete(key)
      latest.set(key, row)
    }
    return [...latest.values()]
  }

  async #keptRows(): Promise<Row[]> {
    try {
      return await this.#database.read((edits) => edits.getAll(this.#range()))
    } catch {
      // Private windows: nothing was kept. Whoever writes an edit learns that it is not.
      return []
    }
  }

  /** False where another tab was faster, or the browser has no room: it stays where it is then. */
  async #take(row: Row, session: string): Promise<boolean> {
    const [from, to] = [this.#key(row.session, row.path), this.#key(session, row.path)]
    try {
      const isTaken = await this.#database.move(from, to, { ...row, session })
      // Its page was gone before the database had any of it.
      const isWord = this.#lastWords
        .all()
        .some(({ session, path }) => session === row.session && path === row.path)
      if (!isTaken && isWord) await this.put(row)
      this.#lastWords.forget(row)
      return isTaken || isWord
    } catch {
      return false
    }
  }

  #key(session: string, path: string): IDBValidKey {
    return [this.#scope, session, path]
  }

  /** In the order of keys an array comes after every text. */
  #range(): IDBKeyRange {
    return IDBKeyRange.bound([this.#scope], [this.#scope, []])
  }
}
