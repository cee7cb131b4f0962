import { z } from 'zod'
import type { ErrorCode } from '../../errors'
import {
  ApiKeySummary,
  CreateApiKeyBody,
  CreatedApiKey,
  CreatedSandbox,
  CreateSandboxBody,
  ExtendSandboxBody,
  FindOrCreateSandboxBody,
  FindSandboxBody,
  FoundSandbox,
  OpenedSandbox,
  OpenSandboxBody,
  SandboxSummary,
  TemplateSummary,
} from '../sandboxes'
import { type Endpoint, Succeeded, succeeded } from './endpoint'

const Readiness = z.object({
  status: z.enum(['ok', 'unavailable']),
  database: z.enum(['ok', 'failed']),
  provider: z.enum(['ok', 'failed']),
})
const summary = succeeded(SandboxSummary)
const CREATE_ERRORS: ErrorCode[] = [
  'already_exists',
  'conflict',
  'disk_full',
  'file_not_found',
  'invalid_path',
  'not_directory',
  'not_found',
  'permission_denied',
  'provider_failed',
  'quota_exceeded',
  'template_not_found',
  'unsupported',
]

/** Sandlot's root: ComputeSDK's gateway, and what Sandlot adds to it. */
export const sandboxEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/sandboxes',
    tag: 'Sandboxes',
    summary: 'Create a sandbox',
    description: 'The answer carries its access token, this once.',
    access: 'key',
    body: CreateSandboxBody,
    answers: { 201: succeeded(CreatedSandbox) },
    errors: [...CREATE_ERRORS],
  },
  {
    method: 'POST',
    path: '/v1/sandboxes/find',
    tag: 'Sandboxes',
    summary: 'Find a sandbox by its name',
    access: 'key',
    body: FindSandboxBody,
    answers: { 200: succeeded(FoundSandbox) },
    errors: [...CREATE_ERRORS, 'sandbox_not_found'],
  },
  {
    method: 'POST',
    path: '/v1/sandboxes/find-or-create',
    tag: 'Sandboxes',
    summary: 'Find a sandbox by its name, or create it',
    description:
      '201 with its access token where this call made it. `status` is `creating` while another call does.',
    access: 'key',
    body: FindOrCreateSandboxBody,
    answers: { 200: succeeded(FoundSandbox), 201: succeeded(FoundSandbox) },
    errors: [...CREATE_ERRORS],
  },
  {
    method: 'POST',
    path: '/v1/sandboxes/:id/extend',
    tag: 'Sandboxes',
    summary: 'Let a sandbox live longer',
    access: 'key',
    body: ExtendSandboxBody,
    answers: { 200: summary },
    errors: ['sandbox_not_found'],
  },
  {
    method: 'GET',
    path: '/v1/sandboxes',
    tag: 'Sandboxes',
    summary: 'List your sandboxes, newest first',
    access: 'key',
    answers: { 200: succeeded(z.array(SandboxSummary)) },
  },
  {
    method: 'GET',
    path: '/v1/sandboxes/:id',
    tag: 'Sandboxes',
    summary: 'Look at a sandbox',
    access: 'key',
    answers: { 200: summary },
    errors: ['sandbox_not_found'],
  },
  {
    method: 'DELETE',
    path: '/v1/sandboxes/:id',
    tag: 'Sandboxes',
    summary: 'End a sandbox, its processes and its files',
    access: 'key',
    answers: { 200: Succeeded },
    errors: ['sandbox_not_found', 'provider_failed'],
  },
  {
    method: 'POST',
    path: '/v1/sandboxes/:id/start',
    tag: 'Sandboxes',
    summary: 'Start a stopped sandbox on the files it left',
    access: 'key',
    answers: { 200: summary },
    errors: ['sandbox_not_found', 'provider_failed', 'quota_exceeded'],
  },
  {
    method: 'POST',
    path: '/v1/sandboxes/:id/stop',
    tag: 'Sandboxes',
    summary: 'End the processes of a sandbox and keep its files',
    access: 'key',
    answers: { 200: summary },
    errors: ['sandbox_not_found', 'provider_failed'],
  },
  {
    method: 'POST',
    path: '/v1/sandboxes/:id/open',
    tag: 'Sandboxes',
    summary: 'Make a one-use link into the workbench',
    description: 'Good for five minutes. Only POST redeems it.',
    access: 'key',
    body: OpenSandboxBody,
    answers: { 200: succeeded(OpenedSandbox) },
    errors: ['sandbox_not_found'],
  },
  {
    method: 'GET',
    path: '/v1/templates',
    tag: 'Templates',
    summary: 'List the starter projects',
    access: 'key',
    answers: { 200: succeeded(z.array(TemplateSummary)) },
  },
]

export const keyEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/keys',
    tag: 'API keys',
    summary: 'List your API keys',
    access: 'key',
    answers: { 200: succeeded(z.array(ApiKeySummary)) },
  },
  {
    method: 'POST',
    path: '/v1/keys',
    tag: 'API keys',
    summary: 'Make an API key',
    description: 'The key itself is in the answer, this once.',
    access: 'key',
    body: CreateApiKeyBody,
    answers: { 201: succeeded(CreatedApiKey) },
  },
  {
    method: 'DELETE',
    path: '/v1/keys/:id',
    tag: 'API keys',
    summary: 'Revoke an API key',
    access: 'key',
    answers: { 200: Succeeded },
    errors: ['not_found'],
  },
]

/** For whoever watches over the server. */
export const healthEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/healthz',
    tag: 'Health',
    summary: 'Ask whether the server lives',
    access: 'public',
    answers: { 200: z.object({ status: z.literal('ok') }) },
  },
  {
    method: 'GET',
    path: '/readyz',
    tag: 'Health',
    summary: 'Ask whether what the server needs works',
    access: 'public',
    answers: { 200: Readiness, 503: Readiness },
  },
]

/** The document that all of this makes. */
export const documentEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/openapi.json',
    tag: 'Health',
    summary: 'Read this description of the API, as OpenAPI 3.1',
    access: 'public',
    answers: { 200: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }) },
  },
]
