import { z } from 'zod'

/** GET /health */
export const HealthAnswer = z.object({ status: z.literal('ok'), timestamp: z.string() })
export type HealthAnswer = z.infer<typeof HealthAnswer>

/** GET /info. ComputeSDK, 4.1. */
export const InfoAnswer = z.object({
  message: z.string(),
  data: z.object({
    auth_enabled: z.boolean(),
    main_subdomain: z.string(),
    sandbox_count: z.int(),
    sandbox_url: z.string(),
    version: z.string(),
  }),
})
export type InfoAnswer = z.infer<typeof InfoAnswer>
