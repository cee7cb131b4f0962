import { z } from 'zod'
import { CreateSandboxBody, SetupInfo } from './sandboxes'

/**
 * Children of a sandbox: sandboxes of their own, with the same owner, that the main sandbox's access token opens too. They
 * have no more than it has, and go with it. Asked at a child, the answers are those of its main sandbox. An access token
 * or an API key is needed; a session token gets 403.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /sandboxes | CreateChildBody | 201 Box |
 * | GET /sandboxes | | BoxList: the main sandbox, then its children, oldest first |
 * | GET /sandboxes/{subdomain} | | Box; 404 |
 * | DELETE /sandboxes/{subdomain}?delete_files=true | | 204: it is gone; 400 for the main sandbox; 404 |
 * | DELETE /sandboxes/{subdomain}?delete_files=false | | 204: it is stopped, and its owner's alone: no child any more |
 */
/** A child is found through its main sandbox, so `namespace` means nothing; `snapshotId` is for POST /v1/sandboxes. */
export const CreateChildBody = CreateSandboxBody

export const Box = z.object({
  subdomain: z.string(),
  directory: z.string(),
  is_main: z.boolean(),
  created_at: z.string(),
  /** Base of its own API, no slash at its end. */
  url: z.string(),
  // Of one that was just made with some.
  ...SetupInfo.shape,
})
export type Box = z.infer<typeof Box>

export const BoxList = z.object({ sandboxes: z.array(Box) })
export type BoxList = z.infer<typeof BoxList>
