import type { StateTone } from '@/components/ui/state-dot'
import type { OverlayInfo } from '@/lib/protocol/overlays'
import { baseName } from './file-paths'

export const TEMPLATES_PATH = '/templates'

/** What is in the folders below `/templates`, where it is known. */
const TEMPLATES: Record<string, { title: string; text: string }> = {
  node: { title: 'Node.js', text: 'An Express server, its packages installed' },
  react: { title: 'React', text: 'Vite, React 19 and TypeScript' },
  nextjs: { title: 'Next.js', text: 'A page and an API route in TypeScript' },
  python: { title: 'Python', text: 'A script, its tests, a tiny web server' },
}

export type OverlaySource = { path: string; title: string; text: string }

/** The folders to choose from, those that are known first and in their order. */
export function overlaySources(names: readonly string[]): OverlaySource[] {
  const known = Object.keys(TEMPLATES).filter((name) => names.includes(name))
  const others = names.filter((name) => !Object.hasOwn(TEMPLATES, name)).toSorted()
  return [...known, ...others].map((name) => {
    const path = `${TEMPLATES_PATH}/${name}`
    return { path, ...(wordsOf(name) ?? { title: name, text: path }) }
  })
}

/** What a template is called: by its name on screen, or else where it lies. */
export function sourceTitle(path: string): string {
  const name = path.startsWith(`${TEMPLATES_PATH}/`) ? baseName(path) : ''
  return wordsOf(name)?.title ?? path
}

function wordsOf(name: string) {
  return Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined
}

/** Globs as they are typed: with commas, or one a line. */
export function globsOf(typed: string): string[] {
  return typed
    .split(/[,\n]/)
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')
}

/** How far an overlay is: a dot, and the words beside it. */
export function overlayState(overlay: OverlayInfo): { tone: StateTone; text: string } {
  const { copy_status: status, copy_error: error, stats } = overlay
  const files = stats.copied_files === 1 ? '1 file' : `${stats.copied_files.toLocaleString('en')} files`
  if (status === 'failed') return { tone: 'bad', text: `Failed. ${error ?? 'Remove it and add it again.'}` }
  if (status === 'complete') return { tone: 'ok', text: `In place · ${files}` }
  return { tone: 'busy', text: `Copying… ${files} so far` }
}

export function isCopying({ copy_status: status }: OverlayInfo): boolean {
  return status === 'pending' || status === 'in_progress'
}
