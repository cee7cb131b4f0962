import { describe, expect, it } from 'vitest'
import { previewUrl, sandboxIdIn } from './preview-url'

describe('the address of a port', () => {
  it.each([
    ['http://abc.localhost:3000', undefined, 'http://abc-8080.localhost:3000'],
    ['https://abc.boxes.example', undefined, 'https://abc-8080.boxes.example'],
    ['https://abc.boxes.example:8443', 'http', 'http://abc-8080.boxes.example'],
    ['http://abc.localhost:3000', 'https', 'https://abc-8080.localhost'],
    [
      'http://127.0.0.1:3000/sandboxes/abc',
      undefined,
      'http://127.0.0.1:3000/sandboxes/abc/ports/8080/~public',
    ],
    ['https://box.example/sandboxes/abc', 'https', 'https://box.example/sandboxes/abc/ports/8080/~public'],
  ] as const)('of %s with protocol %s is %s', (sandboxUrl, protocol, expected) => {
    expect(previewUrl(sandboxUrl, 8080, protocol)).toBe(expected)
  })

  it.each([0, -1, 65_536, 1.5, Number.NaN])('is refused for port %s', (port) => {
    expect(() => previewUrl('http://abc.localhost', port)).toThrow(/1 to 65535/)
  })

  it.each(['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:3000'])(
    'cannot be told from %s',
    (sandboxUrl) => {
      expect(() => previewUrl(sandboxUrl, 80)).toThrow(/No address of a port/)
    },
  )
})

it.each([
  ['http://abc.localhost:3000', 'abc'],
  ['http://127.0.0.1:3000/sandboxes/abc', 'abc'],
  ['https://box.example/below/sandboxes/abc/', 'abc'],
])('finds the id in %s', (sandboxUrl, id) => expect(sandboxIdIn(sandboxUrl)).toBe(id))
