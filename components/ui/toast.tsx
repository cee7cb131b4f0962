'use client'

import { useTheme } from 'next-themes'
import { Toaster as SonnerToaster } from 'sonner'

export { toast } from 'sonner'

export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <SonnerToaster
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      closeButton
      toastOptions={{ style: TOAST_STYLE, classNames: ICON_COLORS }}
    />
  )
}

const ICON_COLORS = { error: '[&_[data-icon]]:text-bad', success: '[&_[data-icon]]:text-ok' }

/** Sonner brings its own sheet of styles; these give it our tokens. */
const TOAST_STYLE = {
  background: 'var(--surface)',
  border: '1px solid var(--line-strong)',
  borderRadius: '6px',
  boxShadow: 'var(--shadow)',
  color: 'var(--text)',
  font: '13px / 20px var(--font-ui)',
}
