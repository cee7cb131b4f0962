'use client'

import { useRef } from 'react'

/**
 * For dialogs that open without a trigger of their own, where Radix lets the focus fall to the page: it goes back to where it
 * was, if nothing else has taken it meanwhile.
 */
export function useReturnFocus() {
  const origin = useRef<HTMLElement | null>(null)
  return {
    onOpenAutoFocus(): void {
      origin.current = lastingOf(document.activeElement)
    },
    onCloseAutoFocus(event: Event): void {
      event.preventDefault()
      if (document.activeElement === document.body) origin.current?.focus()
    },
  }
}

/** A menu is gone by the time its dialog closes; what opened it is not. */
function lastingOf(element: Element | null): HTMLElement | null {
  const triggerId = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  const lasting = triggerId ? document.getElementById(triggerId) : element
  return lasting instanceof HTMLElement ? lasting : null
}
