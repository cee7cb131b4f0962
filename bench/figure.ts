import type { SandboxesClient } from '@/lib/client/sandboxes'
import type { RunningServer } from '../e2e/running-server'

/** One line of the table. Times are milliseconds unless `unit` says otherwise. */
export interface Figure {
  name: string
  unit: string
  ours: number
  /** The raw limit, or what a peer does, measured in the same run. */
  peer?: { name: string; value: number }
  /** At most this is aimed at; at least, where `isMoreBetter`. With `aimOf: 'over peer'`: so much above the peer's. */
  aim?: number
  aimOf?: 'ours' | 'over peer' | 'ratio'
  isMoreBetter?: boolean
}

export interface BenchContext {
  server: RunningServer
  sandboxes: SandboxesClient
  /** Of each series: 100, or few where only the bench itself is tried. */
  count: number
  isQuick: boolean
}

/** A bench measures a group of figures, and says in `notes` what the figures alone do not. */
export interface Measured {
  figures: Figure[]
  notes: string[]
}

export function ratioOf({ ours, peer }: Figure): number | null {
  return peer && peer.value !== 0 ? ours / peer.value : null
}

/** `null` where nothing is aimed at, or where what it is compared with could not be measured. */
export function isWithinAim(figure: Figure): boolean | null {
  if (figure.aim === undefined) return null
  const value = comparedValue(figure)
  if (value === null) return null
  return figure.isMoreBetter ? value >= figure.aim : value <= figure.aim
}

function comparedValue(figure: Figure): number | null {
  if (figure.aimOf === 'ratio') return ratioOf(figure)
  if (figure.aimOf === 'over peer') return figure.peer ? figure.ours - figure.peer.value : null
  return figure.ours
}
