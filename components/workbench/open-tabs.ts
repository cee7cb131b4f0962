import type { OpenFile } from './open-file'

/** A place to show; `token` makes each wish a new one. */
export type Reveal = { path: string; line: number; column: number; token: number }

/** The editor's tabs in their order, and which of them is in front. */
export type OpenTabs = { files: readonly OpenFile[]; activePath: string | null; reveal: Reveal | null }

/** With a new tab after the one in front. */
export function withTab(tabs: OpenTabs, file: OpenFile): OpenTabs {
  const files = [...tabs.files]
  const at = files.findIndex((each) => each.path === tabs.activePath)
  files.splice(at < 0 ? files.length : at + 1, 0, file)
  return { ...tabs, files }
}

/** Without a tab; where it was in front, its neighbour is. */
export function withoutTab(tabs: OpenTabs, path: string): OpenTabs {
  const at = tabs.files.findIndex((file) => file.path === path)
  if (at < 0) return tabs
  const files = tabs.files.filter((file) => file.path !== path)
  const next = files[Math.min(at, files.length - 1)]?.path ?? null
  return { ...tabs, files, activePath: tabs.activePath === path ? next : tabs.activePath }
}

/** With a tab put before another one, or last. */
export function withTabBefore(tabs: OpenTabs, path: string, beforePath: string | null): OpenTabs {
  const moved = tabs.files.find((file) => file.path === path)
  if (!moved || path === beforePath) return tabs
  const files = tabs.files.filter((file) => file !== moved)
  const at = files.findIndex((file) => file.path === beforePath)
  files.splice(at < 0 ? files.length : at, 0, moved)
  return { ...tabs, files }
}

export function withChange(tabs: OpenTabs, path: string, change: Partial<OpenFile>): OpenTabs {
  const files = tabs.files.map((file) => (file.path === path ? { ...file, ...change } : file))
  return { ...tabs, files }
}
