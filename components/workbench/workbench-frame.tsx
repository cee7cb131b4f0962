'use client'

import { useTheme } from 'next-themes'
import { useEffect, useRef, useState } from 'react'
import { CommandPalette, type PaletteMode } from './command-palette'
import { commandsOf } from './commands'
import { DesktopFrame } from './desktop-frame'
import { Notices } from './notices'
import { OverlaysDialog } from './overlays-dialog'
import { PhoneFrame } from './phone-frame'
import { usePorts } from './queries'
import { SessionBanner } from './session-banner'
import { SnapshotsDialog } from './snapshots-dialog'
import { TopBar } from './top-bar'
import { UnsavedDialog } from './unsaved-dialog'
import { useIsPhone } from './use-is-phone'
import { useShortcuts } from './use-shortcuts'
import { useWorkbench } from './workbench-context'

/** A running sandbox: everything around its files, terminals and pages. */
export function WorkbenchFrame() {
  const { core, info } = useWorkbench()
  const { setTheme } = useTheme()
  const isPhone = useIsPhone()
  const [palette, setPalette] = useState<PaletteMode | null>(null)
  const [closingPath, setClosingPath] = useState<string | null>(null)
  useAutomaticPreviews(isPhone)

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

/** A server that starts shows its page, once per port: whoever closes it has meant it. Those that run already do not. */
function useAutomaticPreviews(isPhone: boolean): void {
  const { core } = useWorkbench()
  const ports = usePorts().data
  const known = useRef<Set<number>>(null)
  useEffect(() => {
    if (!ports) return
    const numbers = ports.map(({ port }) => port)
    if (known.current === null) {
      known.current = new Set(numbers)
      return
    }
    for (const port of numbers) {
      if (known.current.has(port)) continue
      known.current.add(port)
      // On a phone it would take the terminal's place in the middle of typing.
      const { phonePane } = core.view.state.get()
      core.openPreview(port)
      if (isPhone) core.view.set({ phonePane })
    }
  }, [ports, core, isPhone])
}
