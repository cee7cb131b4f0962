import { z } from 'zod'
import { ChannelClientMessage, ChannelServerMessage } from '../channel-messages'
import {
  ErrorSignalAnswer,
  ErrorSignalBody,
  PortSignalAnswer,
  PortSignalBody,
  ServerReadyBody,
  SignalData,
  SignalStatusAnswer,
} from '../signals'
import { FileChanged, WatcherAnswer, WatcherCreateBody, WatcherList } from '../watchers'
import type { Endpoint } from './endpoint'

const channel = z.string()
const subdomain = z.string()
/** Of all that tells by channels: terminals and commands, watchers, signals, and the family. */
const ServerMessage = z.union([
  ChannelServerMessage,
  z.object({
    type: z.literal('watcher:created'),
    channel,
    data: z.object({ id: z.string(), path: z.string() }),
  }),
  z.object({ type: z.literal('file:changed'), channel, data: FileChanged }),
  z.object({ type: z.literal('watcher:destroyed'), channel, data: z.object({ id: z.string() }) }),
  z.object({ type: z.literal('signal'), channel: z.literal('signals'), data: SignalData }),
  z.object({ type: z.literal('sandbox.created'), data: z.object({ subdomain, url: z.string() }) }),
  z.object({ type: z.literal('sandbox.deleted'), data: z.object({ subdomain }) }),
])

/** What is told over one WebSocket, and what asks for it. */
export const channelEndpoints: Endpoint[] = [
  {
    method: 'WS',
    path: '/ws',
    tag: 'Channels',
    summary: 'Open ComputeSDK’s channels: terminals, streamed commands, watchers, signals',
    description:
      'The server says JSON text, whatever `protocol` is; it takes JSON text and ComputeSDK’s binary frames at any time.',
    access: 'view',
    query: z.object({ token: z.string().optional(), protocol: z.enum(['binary', 'json']).optional() }),
    answers: {},
    messages: { server: ServerMessage, client: ChannelClientMessage },
  },
]

export const watcherEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/watchers',
    tag: 'Watchers',
    summary: 'Watch a directory and all below it',
    description: 'From the answer on every change is told as `file:changed` on the watcher’s channel.',
    access: 'edit',
    body: WatcherCreateBody,
    answers: { 201: WatcherAnswer },
    errors: ['invalid_path', 'file_not_found', 'not_directory', 'permission_denied', 'unsupported'],
  },
  {
    method: 'GET',
    path: '/watchers',
    tag: 'Watchers',
    summary: 'List the watchers',
    access: 'view',
    answers: { 200: WatcherList },
  },
  {
    method: 'GET',
    path: '/watchers/:id',
    tag: 'Watchers',
    summary: 'Look at a watcher',
    access: 'view',
    answers: { 200: WatcherAnswer },
    errors: ['not_found'],
  },
  {
    method: 'DELETE',
    path: '/watchers/:id',
    tag: 'Watchers',
    summary: 'End a watcher',
    access: 'edit',
    answers: { 204: null },
    errors: ['not_found'],
  },
]

const PORT_ANSWERS = { 200: PortSignalAnswer }

export const signalEndpoints: Endpoint[] = [
  ...(['start', 'stop'] as const).map(
    (act): Endpoint => ({
      method: 'POST',
      path: `/signals/${act}`,
      tag: 'Signals',
      summary: act === 'start' ? 'Begin to tell of ports and servers' : 'Tell no more',
      access: 'edit',
      answers: { 200: SignalStatusAnswer },
    }),
  ),
  {
    method: 'GET',
    path: '/signals/status',
    tag: 'Signals',
    summary: 'Ask whether signals are told',
    access: 'view',
    answers: { 200: SignalStatusAnswer },
  },
  {
    method: 'POST',
    path: '/signals/port',
    tag: 'Signals',
    summary: 'Tell of a port yourself',
    access: 'edit',
    body: PortSignalBody,
    answers: PORT_ANSWERS,
  },
  {
    method: 'POST',
    path: '/signals/port/:port/:type',
    tag: 'Signals',
    summary: 'Tell of a port, at its usual address',
    access: 'edit',
    answers: PORT_ANSWERS,
  },
  {
    method: 'POST',
    path: '/signals/server-ready',
    tag: 'Signals',
    summary: 'Tell that a server is ready',
    access: 'edit',
    body: ServerReadyBody,
    answers: PORT_ANSWERS,
  },
  {
    method: 'POST',
    path: '/signals/error',
    tag: 'Signals',
    summary: 'Tell of an error',
    access: 'edit',
    body: ErrorSignalBody,
    answers: { 200: ErrorSignalAnswer },
  },
]
