import { z } from 'zod'

/**
 * What is said on `WS /ws?token&protocol=binary|json`, ComputeSDK's channels. Clients send JSON text or binary frames
 * (`computesdk-frames.ts`), at any time either; the server sends JSON text only, since the published client reads most
 * binary frames wrongly. The role `view` may subscribe; what it types, resizes and starts is ignored.
 */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be an id')
const channel = z.string().min(1).max(128)

export const ChannelClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('subscribe'), channel }),
  /** Also of a channel that is not subscribed: fine. */
  z.object({ type: z.literal('unsubscribe'), channel }),
  z.object({ type: z.literal('terminal:input'), data: z.object({ terminal_id: id, input: z.string() }) }),
  /** Sizes outside 1…1000 × 1…1000 are moved to the nearest. */
  z.object({
    type: z.literal('terminal:resize'),
    data: z.object({ terminal_id: id, cols: z.number(), rows: z.number() }),
  }),
  /** Starts a command that was asked for with `stream: true`, once. */
  z.object({ type: z.literal('command:start'), data: z.object({ cmd_id: id }) }),
])
export type ChannelClientMessage = z.infer<typeof ChannelClientMessage>

const commandOutput = z.object({ terminal_id: id, cmd_id: id, output: z.string() })

export const ChannelServerMessage = z.discriminatedUnion('type', [
  /** To every socket, until somebody has subscribed to the terminal. */
  z.object({
    type: z.literal('terminal:created'),
    channel,
    data: z.object({ id, status: z.enum(['running', 'stopped']) }),
  }),
  z.object({
    type: z.literal('terminal:output'),
    channel,
    data: z.object({ output: z.string(), encoding: z.enum(['raw', 'base64']) }),
  }),
  z.object({ type: z.literal('terminal:error'), channel, data: z.object({ error: z.string() }) }),
  /** Its program has ended, or it was deleted. */
  z.object({ type: z.literal('terminal:destroyed'), channel, data: z.object({ id }) }),
  z.object({ type: z.literal('command:stdout'), channel, data: commandOutput }),
  z.object({ type: z.literal('command:stderr'), channel, data: commandOutput }),
  /** After all output. */
  z.object({
    type: z.literal('command:exit'),
    channel,
    data: z.object({ terminal_id: id, cmd_id: id, exit_code: z.number().int() }),
  }),
  /** What the client sent was understood, but not possible. */
  z.object({ type: z.literal('error'), data: z.object({ error: z.string(), code: z.string() }) }),
])
export type ChannelServerMessage = z.infer<typeof ChannelServerMessage>
