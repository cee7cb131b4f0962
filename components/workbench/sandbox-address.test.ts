import { expect, it } from 'vitest'
import { guessAppUrl, localPortOf, sandboxBaseUrl } from './sandbox-address'

it('finds the sandbox from the address of the page, in both forms', () => {
  expect(sandboxBaseUrl(new URL('http://abc.localhost:3000/play/'))).toBe('http://abc.localhost:3000')
  expect(sandboxBaseUrl(new URL('http://abc.localhost:3000/play'))).toBe('http://abc.localhost:3000')
  expect(sandboxBaseUrl(new URL('https://x.org/sandboxes/abc/play/'))).toBe('https://x.org/sandboxes/abc')
})

it('guesses the way back to the app', () => {
  expect(guessAppUrl(new URL('http://abc.localhost:3000/play/'))).toBe('http://localhost:3000/')
  expect(guessAppUrl(new URL('https://x.org/sandboxes/abc/play/'))).toBe('/')
})

it('tells a server of the sandbox from a place elsewhere', () => {
  expect(localPortOf('http://localhost:5173/a?b#c')).toEqual({ port: 5173, path: '/a?b#c' })
  expect(localPortOf('http://0.0.0.0:8000')).toEqual({ port: 8000, path: '/' })
  expect(localPortOf('http://[::1]/')).toEqual({ port: 80, path: '/' })
  expect(localPortOf('https://example.org:5173/')).toBeNull()
  expect(localPortOf('javascript:alert(1)')).toBeNull()
  expect(localPortOf('http://localhost.example.org/')).toBeNull()
  expect(localPortOf('not an address')).toBeNull()
})
