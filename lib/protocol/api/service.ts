import { ReadyAnswer } from '../servers'
import { HealthAnswer, InfoAnswer } from '../service'
import type { Endpoint } from './endpoint'

/** What a client asks about the sandbox's daemon itself. */
export const serviceEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/health',
    tag: 'Service',
    summary: 'Ask whether the sandbox runs',
    access: 'public',
    answers: { 200: HealthAnswer },
  },
  {
    method: 'GET',
    path: '/ready',
    tag: 'Service',
    summary: 'Ask how far servers and overlays are',
    access: 'public',
    answers: { 200: ReadyAnswer },
  },
  {
    method: 'GET',
    path: '/info',
    tag: 'Service',
    summary: 'Look at the daemon',
    access: 'view',
    answers: { 200: InfoAnswer },
  },
]
