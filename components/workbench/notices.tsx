'use client'

import { CircleAlert, Info, TriangleAlert, X } from 'lucide-react'
import { IconButton } from '@/components/ui/icon-button'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'
import type { Notice } from './workbench-core'

const LOOKS = {
  info: { icon: Info, color: 'text-accent' },
  warning: { icon: TriangleAlert, color: 'text-warn' },
  error: { icon: CircleAlert, color: 'text-bad' },
} as const

/** What the sandbox has to say to everyone in it, such as that its disk is full. */
export function Notices() {
  const { core } = useWorkbench()
  const notices = useStore(core.notices)
  const keepsEdits = useStore(core.files.journal.keepsAll)
  return (
    <div aria-live="polite">
      {!keepsEdits && <NoticeBar notice={EDITS_NOT_KEPT} />}
      {notices.map((notice) => (
        <NoticeBar key={notice.id} notice={notice} onDismiss={() => core.dismissNotice(notice.id)} />
      ))}
    </div>
  )
}

const EDITS_NOT_KEPT = {
  level: 'warning',
  message:
    'This browser does not keep your unsaved edits: its storage is full or closed. Save before you leave.',
} as const

type NoticeBarProps = { notice: Pick<Notice, 'level' | 'message'>; onDismiss?: () => void }

function NoticeBar({ notice, onDismiss }: NoticeBarProps) {
  const { icon: Icon, color } = LOOKS[notice.level]
  return (
    <div className="flex min-h-9 items-center gap-2 border-b bg-sunken px-4 py-1 text-13">
      <Icon aria-hidden className={`size-4 shrink-0 ${color}`} />
      <span className="flex-1">{notice.message}</span>
      {onDismiss && (
        <IconButton size="small" label="Dismiss" onClick={onDismiss}>
          <X />
        </IconButton>
      )}
    </div>
  )
}
