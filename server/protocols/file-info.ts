import type { FileInfo } from '@/lib/protocol/workbench'
import type { FileEntry } from '../sandbox/agent-connection'
import { isoTime } from './iso-time'

export function fileInfo(entry: FileEntry): FileInfo {
  const { name, path, type, targetType, etag } = entry
  return {
    name,
    path,
    size: entry.sizeBytes,
    is_dir: type === 'directory' || targetType === 'directory',
    modified_at: isoTime(entry.modifiedAtMs),
    mode: entry.mode,
    ...(type === 'symlink' ? { is_symlink: true } : {}),
    ...(etag === undefined ? {} : { etag }),
  }
}
