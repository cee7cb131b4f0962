import { z } from 'zod'
import { RanCode, RunCodeBody } from '../code'
import {
  CommandAnswer,
  CommandListAnswer,
  ExecuteBody,
  ExecutionAnswer,
  RunCommandBody,
  TerminalExecuteBody,
} from '../commands'
import { Terminal, TerminalCreateBody } from '../workbench'
import { type Endpoint, enveloped } from './endpoint'

const PATIENT = 'Headers go out after 20 seconds at the latest, the answer when it is there.'
const START_ERRORS = ['invalid_path', 'permission_denied', 'not_directory', 'disk_full'] as const

export const commandEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/run/command',
    tag: 'Commands',
    summary: 'Run a command: to its end, in the background, or streamed over /ws',
    description: `A command that fails is still 200, with its \`exit_code\`. ${PATIENT}`,
    access: 'edit',
    body: RunCommandBody,
    answers: { 200: ExecutionAnswer },
    errors: [...START_ERRORS],
  },
  {
    method: 'POST',
    path: '/execute',
    tag: 'Commands',
    summary: 'Run a command in the sandbox’s directory',
    description: PATIENT,
    access: 'edit',
    body: ExecuteBody,
    answers: { 200: ExecutionAnswer },
    errors: [...START_ERRORS],
  },
  {
    method: 'POST',
    path: '/run/code',
    tag: 'Commands',
    summary: 'Run code, its language recognised where not named',
    description: PATIENT,
    access: 'edit',
    body: RunCodeBody,
    answers: { 200: RanCode },
    errors: [...START_ERRORS, 'unsupported'],
  },
  {
    method: 'POST',
    path: '/terminals/:terminal/execute',
    tag: 'Commands',
    summary: 'Run a command in a terminal that has no PTY',
    description: PATIENT,
    access: 'edit',
    body: TerminalExecuteBody,
    answers: { 200: ExecutionAnswer },
    errors: [...START_ERRORS, 'terminal_not_found'],
  },
  {
    method: 'GET',
    path: '/terminals/:terminal/commands',
    tag: 'Commands',
    summary: 'List the commands of a terminal',
    access: 'view',
    answers: { 200: CommandListAnswer },
    errors: ['terminal_not_found'],
  },
  {
    method: 'GET',
    path: '/terminals/:terminal/commands/:command',
    tag: 'Commands',
    summary: 'Look at a command and its outputs',
    access: 'view',
    answers: { 200: CommandAnswer },
    errors: ['process_not_found', 'terminal_not_found'],
  },
  {
    method: 'GET',
    path: '/terminals/:terminal/commands/:command/wait',
    tag: 'Commands',
    summary: 'Wait for the end of a command',
    description: `408 where it still runs after \`timeout\` seconds; without it, or with 0, as long as it takes. ${PATIENT}`,
    access: 'view',
    query: z.object({ timeout: z.int().min(0).optional() }),
    answers: { 200: CommandAnswer },
    errors: ['process_not_found', 'terminal_not_found'],
  },
]

const TerminalAnswer = enveloped(Terminal)

export const terminalEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/terminals',
    tag: 'Terminals',
    summary: 'Open a terminal, with a PTY or for commands',
    access: 'edit',
    body: TerminalCreateBody,
    answers: { 201: TerminalAnswer },
    errors: [...START_ERRORS],
  },
  {
    method: 'GET',
    path: '/terminals',
    tag: 'Terminals',
    summary: 'List the terminals',
    access: 'view',
    answers: { 200: enveloped(z.object({ terminals: z.array(Terminal) })) },
  },
  {
    method: 'GET',
    path: '/terminals/:id',
    tag: 'Terminals',
    summary: 'Look at a terminal',
    access: 'view',
    answers: { 200: TerminalAnswer },
    errors: ['terminal_not_found'],
  },
  {
    method: 'DELETE',
    path: '/terminals/:id',
    tag: 'Terminals',
    summary: 'Close a terminal and end what runs in it',
    access: 'edit',
    answers: { 204: null },
    errors: ['terminal_not_found'],
  },
]
