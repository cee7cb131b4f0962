import { describe, expect, it } from 'vitest'
import { statusOf } from './http-probe'

describe('the status in an answer', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\nA: b', 200],
    ['HTTP/1.0 302 Found\r\n', 302],
    ['HTTP/1.1 404 \r\n\r\n', 404],
    ['HTTP/1.1 204\r\n\r\n', 204],
    ['HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n', 200],
    ['HTTP/1.1 100 Continue\n\nHTTP/1.1 500 No\n', 500],
  ])('of %j is %j', (text, status) => {
    expect(statusOf(text)).toBe(status)
  })

  it.each(['', 'H', 'HTTP/1.1 20', 'HTTP/1.1 103 Early Hints\r\nLink: a\r\n', 'HTTP/1.1 100 C\r\n\r\nHTT'])(
    'is not known yet after %j',
    (text) => {
      expect(statusOf(text)).toBeUndefined()
    },
  )

  it.each([
    'SSH-2.0-OpenSSH',
    'HTTP/2 200 and more',
    'HTTP/1.1 999 Odd\r\n',
    'HTTP/1.1 2000 Odd\r\n',
    '\0\0\0',
  ])('is none in %j', (text) => {
    expect(statusOf(text)).toBeNull()
  })
})
