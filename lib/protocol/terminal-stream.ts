import { z } from 'zod'

/**
 * The text messages of `WS /terminals/{id}/stream`; binary frames are bytes of the terminal. The control plane pipes the
 * agent's stream unparsed, so these are the agent's messages (`server/agent-contract.ts`), told again because a browser
 * may not import the server.
 */
const count = z.number().int().nonnegative()
const role = z.enum(['writer', 'reader'])

export const TerminalServerMessage = z.discriminatedUnion('type', [
  /** Comes first: the next byte is at `offset`; all before `endOffset` is a replay, which the emulator must not answer. */
  z.object({
    type: z.literal('start'),
    offset: count,
    endOffset: count,
    cols: count,
    rows: count,
    role,
    /** Escape sequences that bring an empty emulator into the modes in force at `offset`. */
    modes: z.string(),
    isAlternateScreen: z.boolean(),
  }),
  /** The next byte is at `offset`: what lies between is not kept, or this viewer was too slow. */
  z.object({ type: z.literal('gap'), offset: count, modes: z.string() }),
  z.object({ type: z.literal('resize'), cols: count, rows: count }),
  z.object({ type: z.literal('role'), role }),
  z.object({ type: z.literal('exit'), exitCode: z.number().int() }),
])
export type TerminalServerMessage = z.infer<typeof TerminalServerMessage>
export type TerminalStart = Extract<TerminalServerMessage, { type: 'start' }>
export type TerminalRole = z.infer<typeof role>

export const TerminalClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ack'), offset: count }),
  z.object({ type: z.literal('resize'), cols: count, rows: count }),
  z.object({ type: z.literal('take') }),
])
export type TerminalClientMessage = z.infer<typeof TerminalClientMessage>
