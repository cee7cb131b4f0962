import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT_API, SANDBOX_API } from '@/lib/protocol/api'
import type { Endpoint } from '@/lib/protocol/api/endpoint'
import { type Stack, startStack } from './stack.test-support'

/** The workbench's front door, for browsers: no part of the API. */
const NO_API = ['GET /']

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

describe('openapi.json', () => {
  it('has every endpoint of the server, and no other', () => {
    expect(documented(ROOT_API)).toEqual(served(stack.routes.api))
    expect(documented(SANDBOX_API)).toEqual(served(stack.routes.sandbox))
  })

  it('is for every page, without sign-in', async () => {
    const response = await fetch(`${stack.origin}/openapi.json`, {
      headers: { origin: 'https://else.example' },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toMatchObject({ openapi: '3.1.1', info: { version: '0.0.0-test' } })
  })
})

function documented(endpoints: readonly Endpoint[]): string[] {
  return endpoints.map(({ method, path }) => `${method} ${path}`).sort()
}

function served(routes: { method: string; pattern: string }[]): string[] {
  return routes
    .map(({ method, pattern }) => `${method} ${pattern}`)
    .filter((name) => !NO_API.includes(name))
    .sort()
}
