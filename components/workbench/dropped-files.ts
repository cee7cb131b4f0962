import { joinPath } from './file-paths'

/** What one drop may bring; a home directory let go by mistake should not be sent. */
const MAX_FILES = 5000

export type DroppedFile = { path: string; file: File }

/** The files of a drop, those in dropped directories too, with where they go below a directory. */
export async function droppedFiles(data: DataTransfer, directory: string): Promise<DroppedFile[]> {
  // Entries must be taken before the first wait: the drop's data is gone after it.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const found: DroppedFile[] = []
  for (const entry of entries) await collect(entry, directory, found)
  return found
}

async function collect(entry: FileSystemEntry, directory: string, found: DroppedFile[]): Promise<void> {
  const path = joinPath(directory, entry.name)
  if (found.length >= MAX_FILES) return
  if (isFile(entry)) {
    found.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) })
  } else if (isDirectory(entry)) {
    for (const child of await children(entry)) await collect(child, path, found)
  }
}

async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  // Browsers hand out at most 100 at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
