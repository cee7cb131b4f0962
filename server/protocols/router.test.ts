import { describe, expect, it } from 'vitest'
import { Router } from './router'

const routes = [
  'GET /files',
  'POST /files',
  'POST /files/batch',
  'GET /files/*',
  'GET /terminals/:id',
  'HEAD /auth/:x',
]
const router = new Router(
  routes.map((route) => {
    const [method = '', pattern = ''] = route.split(' ')
    return { method, pattern, handle: route }
  }),
)

describe('a router', () => {
  it.each([
    ['GET', '/files', 'GET /files', ''],
    ['GET', '/files/', 'GET /files/*', ''],
    ['GET', '/files//app/x', 'GET /files/*', '/app/x'],
    ['GET', '/files//', 'GET /files/*', '/'],
    ['GET', '/files/a%2Fb/%2e%2e', 'GET /files/*', 'a%2Fb/%2e%2e'],
    ['POST', '/files/batch', 'POST /files/batch', ''],
    ['GET', '/files/batch', 'GET /files/*', 'batch'],
    ['HEAD', '/files/a', 'GET /files/*', 'a'],
    ['HEAD', '/auth/s', 'HEAD /auth/:x', ''],
  ])('finds %s %s as it was sent', (method, path, handle, rest) => {
    expect(router.find(method, path)).toMatchObject({ handle, rest })
  })

  it('gives parameters, which are ids and nothing else', () => {
    expect(router.find('GET', '/terminals/t_1-A')?.params).toEqual({ id: 't_1-A' })
    for (const path of [
      '/terminals/',
      '/terminals/a%20b',
      '/terminals/a.b',
      `/terminals/${'a'.repeat(129)}`,
    ]) {
      expect(router.find('GET', path)).toBeNull()
    }
  })

  it('tells the methods of an address', () => {
    expect(router.methods('/files')).toEqual(['GET', 'HEAD', 'POST'])
    expect(router.methods('/nothing')).toEqual([])
    expect(router.methods('//files')).toEqual([])
    expect(router.methods('/__proto__/x')).toEqual([])
  })
})
