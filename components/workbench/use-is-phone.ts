'use client'

import { useSyncExternalStore } from 'react'

/** Below this there is no room for two panes beside one another. */
const QUERY = '(max-width: 767px)'

export function useIsPhone(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const media = matchMedia(QUERY)
      media.addEventListener('change', onChange)
      return () => media.removeEventListener('change', onChange)
    },
    () => matchMedia(QUERY).matches,
    () => false,
  )
}
