import type { RawData } from 'ws'
import type { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import { ChannelClientMessage } from '@/lib/protocol/channel-messages'
import { decodeFields, decodeFrame } from '@/lib/protocol/computesdk-frames'

const KNOWN = new Set<unknown>(ChannelClientMessage.options.map(({ shape }) => shape.type.value))

/**
 * What a client said, as text or as a binary frame; null for a type that we do not know, which a newer client may have.
 * `UnreadableMessage` where it is neither JSON nor a frame, `bad_request` where the message lacks what it needs.
 */
export function clientMessage(data: RawData, isBinary: boolean): ChannelClientMessage | null {
  const said = isBinary ? fromFrame(data as Buffer) : fromText(data.toString())
  if (!KNOWN.has(said.type)) return null
  const parsed = ChannelClientMessage.safeParse(said)
  if (parsed.success) return parsed.data
  throw new SandboxError('bad_request', `${String(said.type)}: ${firstIssue(parsed.error)}`)
}

/** It is not known where the next message would begin to make sense: the socket is closed. */
export class UnreadableMessage extends Error {}

interface Said {
  type?: unknown
  channel?: unknown
  data?: unknown
}

function fromText(text: string): Said {
  try {
    const said: unknown = JSON.parse(text)
    if (typeof said === 'object' && said !== null && !Array.isArray(said)) return said
  } catch {
    // Said below.
  }
  throw new UnreadableMessage('Send messages as JSON objects, or as binary frames.')
}

function fromFrame(bytes: Uint8Array): Said {
  try {
    const { kind, channel, type, data } = decodeFrame(bytes)
    if (kind === 'subscribe' || kind === 'unsubscribe') return { type: kind, channel }
    // Other kinds are the server's; of other types nothing is known about the data.
    if (kind !== 'data' || !KNOWN.has(type)) return {}
    return { type, channel, data: Object.fromEntries(decodeFields(data)) }
  } catch (error) {
    if (error instanceof SandboxError) throw new UnreadableMessage(error.message)
    throw error
  }
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue ? `${issue.path.join('.')} ${issue.message}` : 'not valid'
}
