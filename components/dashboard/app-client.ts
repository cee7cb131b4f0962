import { AppClient } from '@/lib/client/app-client'

/** It holds no state, so one serves every screen. */
export const appClient = new AppClient()
