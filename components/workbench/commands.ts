import type { SandboxInfo } from '@/lib/protocol/workbench'
import { focusPart, hasFocus } from './focus-part'
import { keys } from './keys'
import { runAction } from './run-action'
import type { View } from './view-state'
import type { WorkbenchCore } from './workbench-core'

export type Command = { id: string; title: string; keys?: string; run: () => void }

export type CommandContext = {
  core: WorkbenchCore
  info: SandboxInfo
  setTheme: (theme: 'light' | 'dark' | 'system') => void
  openPalette: (mode: 'files' | 'commands') => void
  closeFile: (path: string) => void
}

/** What can be done by name, in the order in which it is offered. */
export function commandsOf({ core, info, setTheme, openPalette, closeFile }: CommandContext): Command[] {
  const { files, view } = core
  const active = () => files.state.get().activePath
  const withActive = (act: (path: string) => void) => () => {
    const path = active()
    if (path) act(path)
  }
  return [
    { id: 'file.go', title: 'Go to file', keys: keys.files, run: () => openPalette('files') },
    {
      id: 'file.save',
      title: 'Save file',
      keys: keys.save,
      run: withActive((path) => runAction(() => files.save(path))),
    },
    { id: 'file.saveAll', title: 'Save all files', run: () => runAction(() => files.saveAll()) },
    { id: 'file.close', title: 'Close file', keys: keys.closeTab, run: withActive(closeFile) },
    { id: 'view.files', title: 'Go to the files', keys: keys.explorer, run: () => goToFiles(view) },
    {
      id: 'view.search',
      title: 'Search in files',
      keys: keys.search,
      run: () => view.set({ side: 'search', isSideOpen: true, phonePane: 'files' }),
    },
    {
      id: 'view.side',
      title: 'Toggle side bar',
      keys: keys.sideBar,
      run: () => view.set({ isSideOpen: !view.state.get().isSideOpen }),
    },
    {
      id: 'view.panel',
      title: 'Toggle panel',
      keys: keys.panel,
      run: () => view.set({ isPanelOpen: !view.state.get().isPanelOpen }),
    },
    {
      id: 'view.terminal',
      title: 'Go to the terminal, or leave it',
      keys: keys.terminal,
      run: () => {
        if (hasFocus('terminal')) focusPart('terminalTab')
        else core.terminalWish.update((wish) => ({ token: wish.token + 1, act: 'focus' }))
      },
    },
    {
      id: 'terminal.new',
      title: 'New terminal',
      run: () => core.terminalWish.update((wish) => ({ token: wish.token + 1, act: 'new' })),
    },
    { id: 'view.servers', title: 'Show servers', run: () => view.showPanel('servers') },
    { id: 'view.processes', title: 'Show processes', run: () => view.showPanel('processes') },
    { id: 'view.ports', title: 'Show ports', run: () => view.showPanel('ports') },
    {
      id: 'files.refresh',
      title: 'Refresh files',
      run: () => runAction(() => core.refreshFiles(info.directory)),
    },
    ...(info.role === 'own'
      ? [{ id: 'sandbox.snapshots', title: 'Snapshots', run: () => core.dialog.set('snapshots') }]
      : []),
    { id: 'files.template', title: "Add a template's files", run: () => core.dialog.set('overlays') },
    { id: 'theme.light', title: 'Light theme', run: () => setTheme('light') },
    { id: 'theme.dark', title: 'Dark theme', run: () => setTheme('dark') },
    { id: 'theme.system', title: "The system's theme", run: () => setTheme('system') },
    { id: 'app.back', title: 'Back to the dashboard', run: () => location.assign(info.app_url) },
  ]
}

/** Shows the files and goes there; from there it hides them. */
function goToFiles(view: View): void {
  if (hasFocus('files')) view.set({ isSideOpen: false })
  else {
    view.set({ side: 'files', isSideOpen: true, phonePane: 'files' })
    focusPart('files')
  }
}
