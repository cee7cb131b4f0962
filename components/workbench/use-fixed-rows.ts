'use client'

import { type RefObject, useEffect, useState } from 'react'

/** Rows beyond the edges, so that scrolling does not meet empty space. */
const OVERSCAN_ROWS = 12

/** Which of many rows of one height are to be drawn. */
export function useFixedRows(scroller: RefObject<HTMLElement | null>, count: number, rowHeightPx: number) {
  const [view, setView] = useState({ topPx: 0, heightPx: 0 })
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const look = () => setView({ topPx: element.scrollTop, heightPx: element.clientHeight })
    const observer = new ResizeObserver(look)
    observer.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [scroller])

  const first = Math.max(0, Math.floor(view.topPx / rowHeightPx) - OVERSCAN_ROWS)
  const last = Math.min(count, Math.ceil((view.topPx + view.heightPx) / rowHeightPx) + OVERSCAN_ROWS)
  return { first, last, totalPx: count * rowHeightPx }
}

/** Scrolls as little as brings a row into view. */
export function scrollRowIntoView(element: HTMLElement, index: number, rowHeightPx: number): void {
  const topPx = index * rowHeightPx
  if (topPx < element.scrollTop) element.scrollTop = topPx
  else if (topPx + rowHeightPx > element.scrollTop + element.clientHeight) {
    element.scrollTop = topPx + rowHeightPx - element.clientHeight
  }
}
