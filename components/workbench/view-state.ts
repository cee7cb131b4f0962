import { z } from 'zod'
import { readSaved, writeSaved } from './saved-state'
import { Store } from './store'

const PHONE_PANES = ['files', 'code', 'terminal', 'preview', 'more'] as const
export type PhonePane = (typeof PHONE_PANES)[number]
const PANELS = ['terminal', 'servers', 'processes', 'ports'] as const
export type Panel = (typeof PANELS)[number]
export type Side = 'files' | 'search'

const ViewState = z.object({
  side: z.enum(['files', 'search']),
  isSideOpen: z.boolean(),
  panel: z.enum(PANELS),
  isPanelOpen: z.boolean(),
  /** Ports with a tab in the preview. */
  previews: z.array(z.number().int()).max(32),
  activePreview: z.number().int().nullable(),
  isPreviewOpen: z.boolean(),
  phonePane: z.enum(PHONE_PANES),
})
export type ViewState = z.infer<typeof ViewState>

const FIRST: ViewState = {
  side: 'files',
  isSideOpen: true,
  panel: 'terminal',
  isPanelOpen: true,
  previews: [],
  activePreview: null,
  isPreviewOpen: false,
  phonePane: 'code',
}

/** What is open and shown of the workbench, as it was left last time. */
export class View {
  readonly state: Store<ViewState>

  constructor(storageKey: string) {
    this.state = new Store(readSaved(storageKey, ViewState) ?? FIRST)
    this.state.subscribe(() => writeSaved(storageKey, this.state.get()))
  }

  set(change: Partial<ViewState>): void {
    this.state.update((state) => ({ ...state, ...change }))
  }

  /** Shows a part of the side bar, or hides it where it is shown already. */
  toggleSide(side: Side): void {
    const { side: shown, isSideOpen } = this.state.get()
    this.set({ side, isSideOpen: !(isSideOpen && shown === side), phonePane: 'files' })
  }

  showPanel(panel: Panel): void {
    this.set({ panel, isPanelOpen: true, phonePane: panel === 'terminal' ? 'terminal' : 'more' })
  }

  showPreview(port: number): void {
    this.state.update((state) => ({
      ...state,
      previews: state.previews.includes(port) ? state.previews : [...state.previews, port],
      activePreview: port,
      isPreviewOpen: true,
      phonePane: 'preview',
    }))
  }

  closePreview(port: number): void {
    this.state.update((state) => {
      const previews = state.previews.filter((each) => each !== port)
      const activePreview = state.activePreview === port ? (previews.at(-1) ?? null) : state.activePreview
      return { ...state, previews, activePreview, isPreviewOpen: state.isPreviewOpen && previews.length > 0 }
    })
  }
}
