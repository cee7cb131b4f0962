'use client'

import { X } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/components/ui/format-bytes'
import { IconButton } from '@/components/ui/icon-button'
import { FileName } from './file-name'
import { baseName } from './file-paths'
import { shownName } from './shown-name'
import { useStore } from './store'
import type { Upload, Uploads } from './uploads'

/** How many are shown one by one. */
const SHOWN = 6

export function UploadList({ uploads }: { uploads: Uploads }) {
  const list = useStore(uploads.state)
  if (list.length === 0) return null
  return (
    <section aria-label="Uploads" className="shrink-0 border-t px-3 py-2 text-12">
      <div className="mb-1 flex items-center text-ink-2">
        <span className="font-semibold">
          Uploading {list.length === 1 ? '1 file' : `${list.length} files`}
        </span>
        <Button
          size="small"
          variant="ghost"
          className="ml-auto h-6 text-12"
          onClick={() => uploads.cancelAll()}
        >
          Cancel all
        </Button>
      </div>
      <ul className="flex flex-col gap-1">
        {list.slice(0, SHOWN).map((upload) => (
          <UploadRow key={upload.id} upload={upload} uploads={uploads} />
        ))}
      </ul>
    </section>
  )
}

function UploadRow({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const name = shownName(baseName(upload.path))
  const share = upload.sizeBytes === 0 ? 1 : upload.sentBytes / upload.sizeBytes
  const isStuck = upload.state === 'exists' || upload.state === 'failed'
  return (
    <li>
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1">
          <FileName name={baseName(upload.path)} path={upload.path} />
        </span>
        <span className="text-ink-3 tabular-nums">{formatBytes(upload.sizeBytes)}</span>
        <IconButton size="small" label={`Cancel upload of ${name}`} onClick={() => uploads.cancel(upload.id)}>
          <X />
        </IconButton>
      </div>
      {isStuck ? (
        <div className="flex items-center gap-2 text-bad">
          <span className="min-w-0 flex-1">{upload.message}</span>
          <Button size="small" onClick={() => uploads.replace(upload.id)}>
            {upload.state === 'exists' ? 'Replace' : 'Try again'}
          </Button>
        </div>
      ) : (
        <progress
          aria-label={`Upload of ${name}`}
          max={1}
          value={share}
          className="block h-1 w-full appearance-none overflow-hidden rounded-small bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
        />
      )}
    </li>
  )
}
