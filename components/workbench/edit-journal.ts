import { EditDatabase } from './edit-database'
import { beginSession, ifGone } from './edit-session'

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

  constructor(scope: string) {
    this.#scope = scope
    this.#session = beginSession(scope)
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

  /** Rejects where the browser does not keep it. */
  async put(entry: JournalEntry): Promise<void> {
    const session = await this.#session
    await this.#database.write((edits) => edits.put({ ...entry, session }, this.#key(session, entry.path)))
  }

  async remove(path: string): Promise<void> {
    const session = await this.#session
    await this.#database.write((edits) => edits.delete(this.#key(session, path)))
  }

  /** An edit whose file is somewhere else now. */
  async move(from: string, entry: JournalEntry): Promise<void> {
    const session = await this.#session
    await this.#database.write((edits) => {
      edits.delete(this.#key(session, from))
      edits.put({ ...entry, session }, this.#key(session, entry.path))
    })
  }

  /** Forgets everything, for a sandbox that is no more. */
  async clear(): Promise<void> {
    await this.#database.write((edits) => edits.delete(this.#range()))
  }

  async #rows(): Promise<Row[]> {
    try {
      const rows: Row[] = await this.#database.read((edits) => edits.getAll(this.#range()))
      return rows.sort((a, b) => a.atMs - b.atMs)
    } catch {
      // Private windows: nothing was kept. Whoever writes an edit learns that it is not.
      return []
    }
  }

  /** False where another tab was faster, or the browser has no room: it stays where it is then. */
  #take(row: Row, session: string): Promise<boolean> {
    const [from, to] = [this.#key(row.session, row.path), this.#key(session, row.path)]
    return this.#database.move(from, to, { ...row, session }).catch(() => false)
  }

  #key(session: string, path: string): IDBValidKey {
    return [this.#scope, session, path]
  }

  /** In the order of keys an array comes after every text. */
  #range(): IDBKeyRange {
    return IDBKeyRange.bound([this.#scope], [this.#scope, []])
  }
}
