'use client'

import { useTheme } from 'next-themes'
import { useState } from 'react'
import { CommandPalette, type PaletteMode } from './command-palette'
import { commandsOf } from './commands'
import { DesktopFrame } from './desktop-frame'
import { Notices } from './notices'
import { OverlaysDialog } from './overlays-dialog'
import { PhoneFrame } from './phone-frame'
import { SessionBanner } from './session-banner'
import { SnapshotsDialog } from './snapshots-dialog'
import { TopBar } from './top-bar'
import { UnsavedDialog } from './unsaved-dialog'
import { useAutomaticPreviews } from './use-automatic-previews'
import { useIsPhone } from './use-is-phone'
import { useServerNews } from './use-server-news'
import { useShortcuts } from './use-shortcuts'
import { useWorkbench } from './workbench-context'

/** A running sandbox: everything around its files, terminals and pages. */
export function WorkbenchFrame() {
  const { core, info } = useWorkbench()
  const { setTheme } = useTheme()
  const isPhone = useIsPhone()
  const [palette, setPalette] = useState<PaletteMode | null>(null)
  const [closingPath, setClosingPath] = useState<string | null>(null)
  const showOnce = useAutomaticPreviews(isPhone)
  useServerNews(showOnce)

  function closeFile(path: string) {
    const file = core.files.find(path)
    if (file?.isDirty || file?.problem?.kind === 'deleted') setClosingPath(path)
    else core.files.close(path)
  }

  const commands = commandsOf({ core, info, setTheme, openPalette: setPalette, closeFile })
  useShortcuts(commands, setPalette)

  const Frame = isPhone ? PhoneFrame : DesktopFrame
  return (
    <div className="workbench flex h-dvh flex-col overflow-hidden bg-bg text-13">
      <TopBar onPalette={() => setPalette('files')} />
      <SessionBanner />
      <Notices />
      <Frame onCloseFile={closeFile} />
      <CommandPalette mode={palette} onClose={() => setPalette(null)} commands={commands} />
      <SnapshotsDialog />
      <OverlaysDialog />
      <UnsavedDialog path={closingPath} onDone={() => setClosingPath(null)} />
    </div>
  )
}
