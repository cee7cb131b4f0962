import type { QueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { EventSocket, type EventSocketState } from '@/lib/client/event-socket'
import { SandboxClient } from '@/lib/client/sandbox-client'
import type { SandboxSnapshot } from '@/lib/protocol/snapshots'
import type { SandboxInfo, Terminal, WorkbenchEvent } from '@/lib/protocol/workbench'
import { EditJournal, type JournalEntry } from './edit-journal'
import { directoriesAbove } from './file-paths'
import { applyEvents, entriesOf, eventsByDirectory, type FileEvent, type TreeEntry } from './listing'
import { ManagedServers } from './managed-servers'
import { OpenFiles } from './open-files'
import { queryKeys } from './query-keys'
import { readSaved, writeSaved } from './saved-state'
import { SessionWatch } from './session-watch'
import { Store } from './store'
import { Uploads } from './uploads'
import { View } from './view-state'

export type Usage = Omit<Extract<WorkbenchEvent, { type: 'usage' }>, 'type'>
export type Notice = { id: number; level: 'info' | 'warning' | 'error'; message: string }
export type TerminalWish = { token: number; act: 'focus' | 'new' }
export type Cursor = { line: number; column: number }

/**
 * What happens inside these is not watched: it changes by the thousand and is looked at seldom. The directories themselves
 * are, so that they appear.
 */
const UNWATCHED = ['**/node_modules/*/**', '**/.git/*/**', '**/__pycache__/*/**', '**/.venv/*/**']
/** Changes that come together are shown together. */
const BATCH_MS = 60
const MAX_NOTICES = 5
/** From the last part that connects to its first words on screen, with room to spare. */
const SETTLE_MS = 700
/** Where a part never comes (no terminal open, no file), nothing waits for it longer than this. */
const SETTLE_AT_LATEST_MS = 6000

const SavedTabs = z.object({ paths: z.array(z.string()).max(100), active: z.string().nullable() })
const SavedDirectories = z.array(z.string()).max(500)

/** Everything of one workbench that outlives a rendering: made once per page, held by the context. */
export class WorkbenchCore {
  readonly client: SandboxClient
  readonly files: OpenFiles
  readonly uploads: Uploads
  readonly journal: EditJournal
  readonly view: View
  readonly servers: ManagedServers
  readonly connection = new Store<EventSocketState>('connecting')
  readonly session = new SessionWatch()
  readonly usage = new Store<Usage | null>(null)
  readonly notices = new Store<readonly Notice[]>([])
  readonly cursor = new Store<Cursor | null>(null)
  /** Something that the terminals' part is asked to do; each wish has a new token. */
  readonly terminalWish = new Store<TerminalWish>({ token: 0, act: 'focus' })
  /** What is seen first stands: from now on more may be fetched. */
  readonly isSettled = new Store(false)
  /** A path that a preview is asked to go to. */
  readonly previewWish = new Store({ token: 0, port: 0, path: '/' })
  readonly dialog = new Store<'snapshots' | 'overlays' | null>(null)
  /** The snapshot whose files are being put in place of the sandbox's own: meanwhile it stops and starts. */
  readonly restoring = new Store<SandboxSnapshot | null>(null)
  readonly openDirectories: Store<ReadonlySet<string>>
  readonly #scope: string
  readonly #queries: QueryClient
  /** Asked for at once: opening the browser's database takes a moment. */
  readonly #edits: Promise<JournalEntry[]>
  #pending: FileEvent[] = []
  #batchTimer: ReturnType<typeof setTimeout> | undefined
  #noticeId = 0
  #isRestored = false
  readonly #standing = new Set<'editor' | 'terminal'>()

  constructor(baseUrl: string, queries: QueryClient) {
    this.#scope = `sandlot:${baseUrl}`
    this.#queries = queries
    // Comparing every entry with the one of before would take longer than showing them.
    queries.setQueryDefaults(queryKeys.directories, { structuralSharing: false })
    this.client = new SandboxClient({ baseUrl, fetch: this.session.fetch })
    this.journal = new EditJournal(this.#scope)
    this.#edits = this.journal.restore()
    this.files = new OpenFiles(this.client, this.journal)
    this.uploads = new Uploads(this.client)
    this.servers = new ManagedServers(this.client.servers)
    this.view = new View(`${this.#scope}:view`)
    const directories = readSaved(`${this.#scope}:directories`, SavedDirectories)
    this.openDirectories = new Store<ReadonlySet<string>>(new Set(directories ?? []))
    this.openDirectories.subscribe(() =>
      writeSaved(`${this.#scope}:directories`, [...this.openDirectories.get()].slice(0, 500)),
    )
  }

  /** Name under which the browser keeps something of this sandbox. */
  storageKey(name: string): string {
    return `${this.#scope}:${name}`
  }

  /** Brings back the tabs and the unsaved edits; `first` is shown where there are none. */
  async restoreFiles(first: string | null): Promise<void> {
    if (this.#isRestored) return
    this.#isRestored = true
    const tabs = readSaved(this.storageKey('tabs'), SavedTabs)
    const shown = tabs?.active ?? first
    if (shown) this.files.readAhead(shown)
    const edits = await this.#edits
    this.files.restore(tabs?.paths ?? (first ? [first] : []), shown, edits)
    this.files.state.subscribe(() => {
      const { files, activePath } = this.files.state.get()
      writeSaved(this.storageKey('tabs'), {
        paths: files.map((file) => file.path).slice(0, 100),
        active: activePath,
      })
    })
  }

  /** Asks for what is shown first before it is known what that is: where the tree begins, and which terminals there are. */
  startLoading(): void {
    setTimeout(() => this.isSettled.set(true), SETTLE_AT_LATEST_MS)
    const asked = this.#queries.fetchQuery({
      queryKey: queryKeys.sandbox,
      queryFn: () => this.client.info(),
      retry: false,
    })
    asked.then(
      (info) => (info.status === 'running' ? this.restoreFiles(info.open_file) : undefined),
      // The gate asks again, and says what went wrong.
      () => undefined,
    )
    void this.#queries.prefetchQuery({
      queryKey: queryKeys.terminals,
      queryFn: () => this.#firstTerminals(asked),
    })
    this.client.names().then(
      (names) => {
        this.#queries.setQueryData<TreeEntry[]>(
          queryKeys.directory(names.path),
          (known) => known ?? entriesOf(names),
        )
      },
      // The tree asks again, and says what went wrong.
      () => undefined,
    )
  }

  /** A sandbox without a terminal gets one. */
  async #firstTerminals(asked: Promise<SandboxInfo>): Promise<Terminal[]> {
    const [info, all] = await Promise.all([asked, this.client.terminals()])
    const terminals = all.filter((terminal) => terminal.pty)
    const isWanted = terminals.length === 0 && info.status === 'running' && info.role !== 'view'
    return isWanted ? [await this.client.createTerminal()] : terminals
  }

  /** Listens until the returned function is called. */
  listen(directory: string): () => void {
    const events = new EventSocket({
      url: () => this.client.eventsUrl({ path: directory, ignore: UNWATCHED }),
      onEvent: (event) => this.#onEvent(event, directory),
      onState: (state) => this.#onConnection(state, directory),
    })
    return () => {
      clearTimeout(this.#batchTimer)
      events.close()
    }
  }

  /** Shows a port beside the editor, at a path where one is told. */
  openPreview(port: number, path = '/'): void {
    const isOpen = this.view.state.get().previews.includes(port)
    // What is open already stays where it is, unless it is sent somewhere.
    if (path !== '/' || !isOpen) this.previewWish.update((wish) => ({ token: wish.token + 1, port, path }))
    this.view.showPreview(port)
  }

  /** The editor, or a terminal, is on screen. */
  settle(part: 'editor' | 'terminal'): void {
    this.#standing.add(part)
    if (this.#standing.size === 2) setTimeout(() => this.isSettled.set(true), SETTLE_MS)
  }

  /** Opens the directories above a path, so that the tree shows it. */
  reveal(path: string, root: string): void {
    this.openDirectories.update((open) => new Set([...open, ...directoriesAbove(path, root)]))
  }

  setDirectoryOpen(path: string, isOpen: boolean): void {
    this.openDirectories.update((open) => {
      const next = new Set(open)
      if (isOpen) next.add(path)
      else next.delete(path)
      return next
    })
  }

  dismissNotice(id: number): void {
    this.notices.update((notices) => notices.filter((notice) => notice.id !== id))
  }

  /** Looks again at everything that is shown. */
  async refreshFiles(root: string): Promise<void> {
    await Promise.all([
      this.#queries.invalidateQueries({ queryKey: queryKeys.directories }),
      this.files.changedOutside([root]),
    ])
  }

  #onConnection(state: EventSocketState, directory: string): void {
    const before = this.connection.get()
    this.connection.set(state)
    if (state !== 'live') void this.#queries.invalidateQueries({ queryKey: queryKeys.sandbox })
    // What happened meanwhile was not told.
    if (state === 'live' && before === 'reconnecting') {
      void this.refreshFiles(directory)
      void this.#queries.invalidateQueries({ queryKey: queryKeys.terminals })
    }
  }

  #onEvent(event: WorkbenchEvent, directory: string): void {
    if (event.type === 'sandbox') this.#queries.setQueryData(queryKeys.sandbox, event.sandbox)
    else if (event.type === 'ports') this.#queries.setQueryData(queryKeys.ports, event.ports)
    else if (event.type === 'usage') this.usage.set(event)
    else if (event.type === 'notice') this.#addNotice(event.level, event.message)
    else if (event.type === 'resync') void this.refreshFiles(event.path || directory)
    else if (event.type === 'files') this.#addFileEvents(event.events)
  }

  #addNotice(level: Notice['level'], message: string): void {
    this.notices.update((notices) => {
      const others = notices.filter((notice) => notice.message !== message)
      return [...others, { id: ++this.#noticeId, level, message }].slice(-MAX_NOTICES)
    })
  }

  #addFileEvents(events: readonly FileEvent[]): void {
    this.#pending.push(...events)
    this.#batchTimer ??= setTimeout(() => this.#applyFileEvents(), BATCH_MS)
  }

  #applyFileEvents(): void {
    const events = this.#pending
    this.#pending = []
    this.#batchTimer = undefined
    for (const [directory, group] of eventsByDirectory(events)) {
      this.#queries.setQueryData<TreeEntry[]>(queryKeys.directory(directory), (entries) =>
        entries ? applyEvents(entries, group) : entries,
      )
    }
    void this.files.changedOutside([...new Set(events.map((event) => event.path))])
  }
}
