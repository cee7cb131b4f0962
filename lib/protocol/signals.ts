import { z } from 'zod'

/** A web address and nothing else: no `javascript:`, no space or control character that hides one. */
const WebAddress = z
  .string()
  .max(2048)
  .regex(/^https?:\/\/[\x21-\x7e]+$/i, 'must be an address with http:// or https://')
  .refine((text) => URL.canParse(text), 'must be an address with http:// or https://')
const PortNumber = z.int().min(1).max(65_535)
const PortType = z.enum(['open', 'close'])

/** POST /signals/port. ComputeSDK, 4.7. */
export const PortSignalBody = z.looseObject({ port: PortNumber, type: PortType, url: WebAddress })
/** POST /signals/server-ready */
export const ServerReadyBody = z.looseObject({ port: PortNumber, url: WebAddress })
/** POST /signals/error */
export const ErrorSignalBody = z.looseObject({ message: z.string().min(1).max(8192) })

/** `signal` on the channel that start tells. */
export const SignalData = z.discriminatedUnion('signal', [
  z.object({ signal: z.literal('port'), port: PortNumber, type: PortType, url: z.string() }),
  z.object({ signal: z.literal('server-ready'), port: PortNumber, type: z.literal('open'), url: z.string() }),
  z.object({ signal: z.literal('error'), message: z.string() }),
])
export type SignalData = z.infer<typeof SignalData>
export type ErrorSignalData = Extract<SignalData, { signal: 'error' }>
export type PortSignalData = Exclude<SignalData, ErrorSignalData>

export const SignalStatusAnswer = z.object({
  message: z.string(),
  data: z.object({
    status: z.enum(['active', 'stopped']),
    channel: z.literal('signals'),
    ws_url: z.string(),
  }),
})
export type SignalStatusAnswer = z.infer<typeof SignalStatusAnswer>
export const PortSignalAnswer = z.object({
  message: z.string(),
  data: z.object({ port: PortNumber, type: PortType, url: z.string() }),
})
export type PortSignalAnswer = z.infer<typeof PortSignalAnswer>
export const ErrorSignalAnswer = z.object({ message: z.string(), data: z.object({ message: z.string() }) })
export type ErrorSignalAnswer = z.infer<typeof ErrorSignalAnswer>
