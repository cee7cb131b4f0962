import type { JournalEntry } from './edit-journal'
import type { FileContent, LoadedFile } from './load-file'
import type { OpenFile } from './open-file'

/** What a tab shows when an edit that was kept meets the file as it is now; null where there is no such file. */
export function withEdit(edit: JournalEntry, disk: LoadedFile | null): Partial<OpenFile> {
  const content: FileContent = { kind: 'text', text: edit.text, isPart: false, sizeBytes: edit.text.length }
  if (disk === null) return { content, etag: null, isDirty: true, problem: { kind: 'deleted' } }
  const { content: theirs, etag } = disk
  if (theirs.kind !== 'text') {
    return { content, etag: edit.etag, isDirty: true, problem: { kind: 'replaced', theirEtag: etag } }
  }
  if (theirs.text === edit.text) return { content: theirs, etag, isDirty: false, problem: null }
  if (edit.etag === etag) return { content, etag, isDirty: true, problem: null }
  const problem = { kind: 'conflict', theirText: theirs.text, theirEtag: etag } as const
  return { content, etag: edit.etag, isDirty: true, problem }
}
