/** An edit that was not saved, as it is kept in the browser over a crash or a reload. */
export type JournalEntry = {
  path: string
  text: string
  /** Of the content that the edit began with; null for a file that was not there. */
  etag: string | null
  atMs: number
}

const DATABASE = 'sandlot-edits'
const STORE = 'edits'
/** What browsers give without asking, many times over; the oldest edits go first. */
const MAX_ENTRIES = 100

/** Unsaved edits of one sandbox in IndexedDB. Where the browser offers none, it keeps nothing and says so. */
export class EditJournal {
  readonly #scope: string
  #database: Promise<IDBDatabase> | undefined
  /** False: unsaved edits would be lost with the tab, so leaving must be asked about. */
  isAvailable = true

  constructor(scope: string) {
    this.#scope = scope
  }

  async list(): Promise<JournalEntry[]> {
    const rows = await this.#run<JournalEntry[]>('readonly', (store) => store.getAll(this.#range()))
    return (rows ?? []).sort((a, b) => a.atMs - b.atMs)
  }

  async put(entry: JournalEntry): Promise<void> {
    await this.#run('readwrite', (store) => store.put(entry, this.#key(entry.path)))
    const entries = await this.list()
    for (const old of entries.slice(0, Math.max(0, entries.length - MAX_ENTRIES))) await this.remove(old.path)
  }

  async remove(path: string): Promise<void> {
    await this.#run('readwrite', (store) => store.delete(this.#key(path)))
  }

  /** Forgets everything, for a sandbox that is no more. */
  async clear(): Promise<void> {
    await this.#run('readwrite', (store) => store.delete(this.#range()))
  }

  #key(path: string): string {
    return `${this.#scope}\n${path}`
  }

  #range(): IDBKeyRange {
    return IDBKeyRange.bound(`${this.#scope}\n`, `${this.#scope}\n\uffff`)
  }

  /** One request in its own transaction; undefined where the browser has no storage for us. */
  async #run<T = void>(
    mode: IDBTransactionMode,
    request: (store: IDBObjectStore) => IDBRequest,
  ): Promise<T | undefined> {
    try {
      const database = await this.#open()
      const asked = request(database.transaction(STORE, mode).objectStore(STORE))
      return (await settled(asked)) as T | undefined
    } catch {
      // Private windows and full disks: the workbench works without, and asks before it is left.
      this.isAvailable = false
      return undefined
    }
  }

  #open(): Promise<IDBDatabase> {
    if (!this.#database) {
      const opening = indexedDB.open(DATABASE, 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
      this.#database = settled(opening)
    }
    return this.#database
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
