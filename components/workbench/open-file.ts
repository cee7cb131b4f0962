import { SandboxError } from '@/lib/errors'
import type { FileContent } from './load-file'

/** What an editor holds for a file: the text as it is now. Without one, the loaded content is the text. */
export type TextBuffer = {
  read(): { text: string; version: number }
  /** Puts other text in place of it, as one step that can be undone; the cursor stays. */
  replace(text: string): void
  /** The text of this version is what is on disk; answers whether it has changed since. */
  markSaved(version: number): boolean
  close(): void
}

type FileProblem =
  | { kind: 'conflict'; theirText: string; theirEtag: string | null }
  /** By something that is no text which could be shown beside the edit. */
  | { kind: 'replaced'; theirEtag: string | null }
  | { kind: 'deleted' }

export type OpenFile = {
  path: string
  /** Shown in passing: the next file that is looked at takes its place. */
  isPreview: boolean
  content: FileContent
  isDirty: boolean
  isSaving: boolean
  /** Of the content that the buffer began with; null where there is no such file. */
  etag: string | null
  problem: FileProblem | null
}

export function newFile(path: string, isPreview: boolean): OpenFile {
  const content = { kind: 'unloaded' } as const
  return { path, isPreview, content, isDirty: false, isSaving: false, etag: null, problem: null }
}

/** The file is not what the edit began with any more. */
export function isStale(thrown: unknown): boolean {
  return thrown instanceof SandboxError && ['precondition_failed', 'conflict'].includes(thrown.code)
}

export function isMissing(thrown: unknown): boolean {
  return thrown instanceof SandboxError && ['file_not_found', 'not_found'].includes(thrown.code)
}
