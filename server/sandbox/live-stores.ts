import type { SignalStore } from '@/lib/db/signals'
import type { WatcherRow, WatcherStore } from '@/lib/db/watchers'

export type { WatcherRow }

/** What programs have asked to be told of their sandboxes, from one start of Sandlot to the next. */
export interface LiveStores {
  watchers: WatcherStore
  signals: SignalStore
}
