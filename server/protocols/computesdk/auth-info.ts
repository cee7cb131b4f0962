import type { AuthInfo } from '@/lib/protocol/session-tokens'

/** How to get in, for whoever has nothing yet. */
export const AUTH_INFO: AuthInfo = {
  message: 'Authentication',
  data: {
    message: 'Send a token as Authorization: Bearer <token>.',
    instructions:
      'The access token came with the sandbox; its owner’s API key opens it too. Either makes session tokens and magic links.',
    endpoints: {
      create_session_token: 'POST /auth/session_tokens',
      list_session_tokens: 'GET /auth/session_tokens',
      get_session_token: 'GET /auth/session_tokens/{id}',
      revoke_session_token: 'DELETE /auth/session_tokens/{id}',
      create_magic_link: 'POST /auth/magic-links',
      auth_status: 'GET /auth/status',
      auth_info: 'GET /auth/info',
    },
  },
}
