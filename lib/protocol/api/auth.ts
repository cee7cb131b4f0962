import { z } from 'zod'
import { Box, BoxList, CreateChildBody } from '../children'
import {
  AuthInfo,
  AuthStatus,
  CreatedMagicLink,
  CreatedSessionToken,
  CreateMagicLinkBody,
  CreateSessionTokenBody,
  RedeemedMagicLink,
  SessionTokenInfo,
  SessionTokenList,
} from '../session-tokens'
import type { Endpoint } from './endpoint'

const REDEEMED = { 200: RedeemedMagicLink, 303: null, 400: 'html' } as const

export const authEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/auth/session_tokens',
    tag: 'Access',
    summary: 'Make a session token',
    description: 'The token itself is in the answer, this once.',
    access: 'token',
    body: CreateSessionTokenBody,
    answers: { 201: CreatedSessionToken },
  },
  {
    method: 'GET',
    path: '/auth/session_tokens',
    tag: 'Access',
    summary: 'List the session tokens',
    access: 'token',
    answers: { 200: SessionTokenList },
  },
  {
    method: 'GET',
    path: '/auth/session_tokens/:token',
    tag: 'Access',
    summary: 'Look at a session token, by its id',
    access: 'token',
    answers: { 200: SessionTokenInfo },
    errors: ['not_found'],
  },
  {
    method: 'DELETE',
    path: '/auth/session_tokens/:token',
    tag: 'Access',
    summary: 'Revoke a session token, by its id; what it holds open ends',
    access: 'token',
    answers: { 204: null },
  },
  {
    method: 'POST',
    path: '/auth/magic-links',
    tag: 'Access',
    summary: 'Make a link that lets one browser in, once, within five minutes',
    access: 'token',
    body: CreateMagicLinkBody,
    answers: { 201: CreatedMagicLink },
  },
  ...['/auth/magic/:secret', '/auth/magic'].flatMap((path): Endpoint[] => {
    const query = path.endsWith(':secret') ? {} : { query: z.object({ token: z.string() }) }
    return [
      {
        method: 'GET',
        path,
        tag: 'Access',
        summary: 'Show the button that redeems a magic link; uses nothing up',
        access: 'public',
        ...query,
        answers: { 200: 'html', 400: 'html' },
      },
      {
        method: 'POST',
        path,
        tag: 'Access',
        summary: 'Redeem a magic link: a cookie for a browser, a token for who accepts JSON',
        access: 'public',
        ...query,
        answers: REDEEMED,
      },
    ]
  }),
  {
    method: 'GET',
    path: '/auth/status',
    tag: 'Access',
    summary: 'Ask what the credential at hand is',
    access: 'public',
    answers: { 200: AuthStatus },
  },
  {
    method: 'GET',
    path: '/auth/info',
    tag: 'Access',
    summary: 'Read how to get in',
    access: 'public',
    answers: { 200: AuthInfo },
  },
]

export const childEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/sandboxes',
    tag: 'Children',
    summary: 'Make a sandbox beside this one',
    access: 'token',
    body: CreateChildBody,
    answers: { 201: Box },
    errors: [
      'template_not_found',
      'quota_exceeded',
      'provider_failed',
      'unsupported',
      'disk_full',
      'invalid_path',
      'permission_denied',
      'conflict',
      'file_not_found',
      'not_directory',
    ],
  },
  {
    method: 'GET',
    path: '/sandboxes',
    tag: 'Children',
    summary: 'List the main sandbox and its children',
    access: 'token',
    answers: { 200: BoxList },
  },
  {
    method: 'GET',
    path: '/sandboxes/:subdomain',
    tag: 'Children',
    summary: 'Look at one of them',
    access: 'token',
    answers: { 200: Box },
  },
  {
    method: 'DELETE',
    path: '/sandboxes/:subdomain',
    tag: 'Children',
    summary: 'End a child, with its files or leaving them to the owner',
    access: 'token',
    query: z.object({ delete_files: z.enum(['true', 'false']).optional() }),
    answers: { 204: null },
    errors: ['provider_failed'],
  },
]
