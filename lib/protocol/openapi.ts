import { type ErrorCode, statusOf } from '../errors'
import { HEALTH_API, ROOT_API, SANDBOX_API } from './api'
import type { AccessNeeded, Endpoint } from './api/endpoint'
import { NAMED_SCHEMAS } from './api/named-schemas'
import { content, type Json, shape } from './openapi-schemas'

export interface OpenApi {
  openapi: '3.1.1'
  info: Json
  tags: { name: string }[]
  paths: Record<string, Json>
  components: { schemas: Record<string, Json>; securitySchemes: Json }
}

/** What every endpoint may answer, by what it asks of its caller. */
const COMMON_ERRORS: ErrorCode[] = ['bad_request', 'method_not_allowed', 'too_many', 'internal']
const SIGNED_IN: ErrorCode[] = ['unauthorized', 'forbidden']
const IN_SANDBOX: ErrorCode[] = [
  'sandbox_not_found',
  'origin_refused',
  'sandbox_stopped',
  'agent_failed',
  'timed_out',
  'unavailable',
]
const BODY_ERRORS: ErrorCode[] = ['too_large']

const ENDPOINTS = [...ROOT_API, ...SANDBOX_API, ...HEALTH_API]

const SANDBOX_SERVERS = [
  { url: '/sandboxes/{sandboxId}', variables: { sandboxId: { default: 'your-sandbox-id' } } },
  {
    url: 'http://{sandboxId}.{domain}',
    variables: { sandboxId: { default: 'your-sandbox-id' }, domain: { default: 'localhost:3000' } },
  },
]

/** OpenAPI 3.1 of everything that Sandlot answers to programs. */
export function openApi(version: string): OpenApi {
  const schemas: Record<string, Json> = {}
  const paths: Record<string, Json> = {}
  for (const endpoint of ENDPOINTS) {
    const path = documentPath(endpoint.path)
    paths[path] = {
      ...(isOfSandbox(endpoint) ? { servers: SANDBOX_SERVERS } : {}),
      ...paths[path],
      [documentMethod(endpoint)]: operation(endpoint, schemas),
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sandlot',
      version,
      description:
        'ComputeSDK’s gateway and daemon, and what Sandlot adds. Addresses that begin with /v1 are Sandlot’s own; all others are of a sandbox, below its `url`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(ENDPOINTS.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
  }
}

/** Codes that an endpoint may answer, its own and those of its kind. */
export function errorsOf(endpoint: Endpoint): ErrorCode[] {
  const isOpen = endpoint.access === 'public'
  return [
    ...new Set([
      ...COMMON_ERRORS,
      ...(isOpen ? [] : SIGNED_IN),
      ...(isOfSandbox(endpoint) ? IN_SANDBOX : []),
      ...(endpoint.body === undefined ? [] : BODY_ERRORS),
      ...(endpoint.errors ?? []),
    ]),
  ]
}

function isOfSandbox(endpoint: Endpoint): boolean {
  return SANDBOX_API.includes(endpoint)
}

/** OpenAPI has no word for the rest of a path: it is one parameter, whose slashes stay. */
export function documentPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')
}

/** A WebSocket begins as a GET. */
function documentMethod({ method }: Endpoint): string {
  return method === 'WS' ? 'get' : method.toLowerCase()
}

function operation(endpoint: Endpoint, schemas: Record<string, Json>): Json {
  const { method, path, tag, summary, description, access, body, messages } = endpoint
  return {
    operationId: operationId(method, documentPath(path)),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[access],
    'x-access': access,
    parameters: parameters(endpoint, schemas),
    ...(body === undefined ? {} : { requestBody: { content: content(body, 'input', schemas) } }),
    responses: merged(answers(endpoint, schemas), refusals(endpoint, schemas)),
    ...(messages === undefined
      ? {}
      : {
          'x-websocket': {
            server: shape(messages.server, 'output', schemas),
            ...(messages.client ? { client: shape(messages.client, 'input', schemas) } : {}),
          },
        }),
  }
}

function operationId(method: string, path: string): string {
  const words = `${method.toLowerCase()}${path}`.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return words.map((word, index) => (index === 0 ? word : word[0]?.toUpperCase() + word.slice(1))).join('')
}

function parameters({ path, query, headers }: Endpoint, schemas: Record<string, Json>): Json[] {
  const inPath = [...documentPath(path).matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const { properties = {}, required = [] } = query ? shape(query, 'input', schemas) : {}
  const inQuery = Object.entries(properties as Record<string, Json>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: (required as string[]).includes(name),
    schema,
  }))
  const inHeaders = Object.entries(headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }))
  return [...inPath, ...inQuery, ...inHeaders]
}

/** By status. */
type Responses = Record<string, { description: string; content?: Json }>

function answers({ method, answers }: Endpoint, schemas: Record<string, Json>): Responses {
  if (method === 'WS') return { 101: { description: 'A WebSocket.' } }
  const entries = Object.entries(answers).map(([status, what]) => [
    status,
    {
      description: what === null ? 'Done.' : 'The answer.',
      ...(what === null ? {} : { content: content(what, 'output', schemas) }),
    },
  ])
  return Object.fromEntries(entries)
}

/** One answer per status, with all codes that come with it. */
function refusals(endpoint: Endpoint, schemas: Record<string, Json>): Responses {
  const byStatus = new Map<number, string[]>()
  for (const code of errorsOf(endpoint)) {
    const status = statusOf(code)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const error = content(NAMED_SCHEMAS.Error, 'output', schemas)
  const entries = [...byStatus].map(([status, codes]) => [
    status,
    { description: `Refused: ${codes.map((code) => `\`${code}\``).join(', ')}.`, content: error },
  ])
  return Object.fromEntries(entries)
}

/** A status that is in both is answered in either way, such as a page for people. */
function merged(answers: Responses, refusals: Responses): Responses {
  const all = { ...refusals, ...answers }
  for (const [status, answer] of Object.entries(answers)) {
    const refusal = refusals[status]
    if (refusal) all[status] = { ...refusal, content: either(refusal.content, answer.content) }
  }
  return all
}

/** By media type; two shapes of JSON are one that is either. */
function either(refusal: Json = {}, answer: Json = {}): Json {
  const { 'application/json': said } = answer as Record<string, { schema?: unknown }>
  const { 'application/json': refused } = refusal as Record<string, { schema?: unknown }>
  const both =
    said && refused ? { 'application/json': { schema: { anyOf: [said.schema, refused.schema] } } } : {}
  return { ...refusal, ...answer, ...both }
}

const SECURITY_SCHEMES: Json = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-ComputeSDK-API-Key' },
  bearer: { type: 'http', scheme: 'bearer' },
}
const IN_THE_SANDBOX = [{ bearer: [] }]
const SECURITY: Record<AccessNeeded, Json[]> = {
  public: [],
  view: IN_THE_SANDBOX,
  edit: IN_THE_SANDBOX,
  own: IN_THE_SANDBOX,
  token: IN_THE_SANDBOX,
  key: [{ apiKey: [] }, { bearer: [] }],
}
