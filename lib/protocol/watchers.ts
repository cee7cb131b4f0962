import { z } from 'zod'

export const MAX_IGNORED = 50
export const MAX_IGNORED_CHARACTERS = 256

/** POST /watchers. ComputeSDK, 4.6. */
export const WatcherCreateBody = z.looseObject({
  /** Of a directory; a relative one begins at the sandbox's own. */
  path: z.string().min(1).max(4096),
  includeContent: z.boolean().default(false),
  /**
   * Bare names and globs without a slash are held against the name of every entry, others against whole paths, relative
   * ones from `path` on. What is below an ignored directory is ignored with it.
   */
  ignored: z.array(z.string().min(1).max(MAX_IGNORED_CHARACTERS)).max(MAX_IGNORED).default([]),
  /** Of `content` in events. */
  encoding: z.enum(['raw', 'base64']).default('raw'),
})

export const Watcher = z.object({
  id: z.string(),
  /** Absolute, and so are the paths of its events. */
  path: z.string(),
  includeContent: z.boolean(),
  ignored: z.array(z.string()),
  encoding: z.enum(['raw', 'base64']),
  /** `stopped` while its sandbox does not run or its directory is gone. */
  status: z.enum(['active', 'stopped']),
  channel: z.string(),
})
export type Watcher = z.infer<typeof Watcher>

export const WatcherAnswer = z.object({
  message: z.string(),
  data: Watcher.extend({ ws_url: z.string() }),
})
export type WatcherAnswer = z.infer<typeof WatcherAnswer>
export const WatcherList = z.object({
  message: z.string(),
  data: z.object({ watchers: z.array(Watcher) }),
})
export type WatcherList = z.infer<typeof WatcherList>

/** `file:changed` on the watcher's channel. */
export const FileChanged = z.object({
  event: z.enum(['add', 'change', 'unlink', 'addDir', 'unlinkDir']),
  path: z.string(),
  /** With `includeContent`, of files that were added or changed; not of large ones, nor of binary ones unless as base64. */
  content: z.string().optional(),
  encoding: z.enum(['raw', 'base64']).optional(),
})
export type FileChanged = z.infer<typeof FileChanged>
