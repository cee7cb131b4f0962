import type { EditJournal, JournalEntry } from './edit-journal'
import { Store } from './store'

/** After typing stops for this long, the edit is written to the journal. */
const IDLE_MS = 400
/** So much of what was typed without a pause may be lost with the machine. */
const MAX_WAIT_MS = 1000
/** Storage that was full may have room again. */
const RETRY_MS = 5000

/** Brings edits into the journal a moment after they were typed, and knows which the browser does not keep. */
export class JournalWriter {
  /** False: an edit would be lost with the page. */
  readonly keepsAll = new Store(true)
  readonly #journal: EditJournal
  readonly #editOf: (path: string) => JournalEntry | null
  readonly #waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; sinceMs: number }>()
  /** The latest write of each file that the database has not confirmed. */
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #refused = new Set<string>()

  /** `editOf` answers what is unsaved of a file now, or null. */
  constructor(journal: EditJournal, editOf: (path: string) => JournalEntry | null) {
    this.#journal = journal
    this.#editOf = editOf
  }

  /** Something was typed into the file. */
  soon(path: string): void {
    const nowMs = Date.now()
    const sinceMs = this.#waiting.get(path)?.sinceMs ?? nowMs
    this.#schedule(path, Math.min(IDLE_MS, sinceMs + MAX_WAIT_MS - nowMs), sinceMs)
  }

  /** Writes all that waits or is under way, because the page may be gone in a moment. */
  flush(): void {
    for (const path of new Set([...this.#waiting.keys(), ...this.#underWay.keys()])) {
      this.#write(path, (edit) => this.#journal.putAtOnce(edit))
    }
  }

  /** Nothing of the file is unsaved any more. */
  forget(path: string): void {
    this.#stop(path)
    this.#keeps(path)
    // Where nothing can be removed, nothing was kept.
    this.#journal.remove(path).catch(() => undefined)
  }

  /** The file of an edit is somewhere else now. */
  move(from: string, edit: JournalEntry): void {
    this.#stop(from)
    this.#keeps(from)
    this.#watch(edit.path, this.#journal.move(from, edit))
  }

  #write(path: string, put = (edit: JournalEntry) => this.#journal.put(edit)): void {
    this.#stop(path)
    const edit = this.#editOf(path)
    if (edit) this.#watch(path, put(edit))
    else this.#keeps(path)
  }

  #watch(path: string, written: Promise<void>): void {
    this.#underWay.set(path, written)
    const end = () => {
      if (this.#underWay.get(path) === written) this.#underWay.delete(path)
    }
    written.then(end, end)
    written.then(
      () => this.#keeps(path),
      () => {
        this.#refused.add(path)
        this.keepsAll.set(false)
        if (!this.#waiting.has(path)) this.#schedule(path, RETRY_MS, Date.now())
      },
    )
  }

  #keeps(path: string): void {
    this.#refused.delete(path)
    this.keepsAll.set(this.#refused.size === 0)
  }

  #schedule(path: string, delayMs: number, sinceMs: number): void {
    this.#stop(path)
    this.#waiting.set(path, { sinceMs, timer: setTimeout(() => this.#write(path), delayMs) })
  }

  #stop(path: string): void {
    clearTimeout(this.#waiting.get(path)?.timer)
    this.#waiting.delete(path)
  }
}
