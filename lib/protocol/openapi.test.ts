import { describe, expect, it } from 'vitest'
import { HEALTH_API, ROOT_API, SANDBOX_API } from './api'
import { errorsOf, openApi } from './openapi'

interface Operation {
  operationId: string
  tags: string[]
  parameters: { name: string; in: string; required?: boolean }[]
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
}

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete']
const endpoints = [...ROOT_API, ...SANDBOX_API, ...HEALTH_API]
const document = openApi('1.2.3')
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => method in item).map((method) => ({
    path,
    operation: item[method] as Operation,
  })),
)

describe('openApi', () => {
  it('has one operation per endpoint', () => {
    expect(operations).toHaveLength(endpoints.length)
  })

  it('names each operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  it('refers only to what it has, and has nothing that it does not refer to', () => {
    const found = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)
    const names = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    expect([...new Set([...found].map(([, reference]) => reference))].sort()).toEqual(names.sort())
  })

  it('declares each variable of a path, once and as required, and no other', () => {
    for (const { path, operation } of operations) {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual(variables)
      expect(declared.every(({ required }) => required === true)).toBe(true)
    }
  })

  it('declares no parameter twice, and only tags that it lists', () => {
    const tags = document.tags.map(({ name }) => name)
    for (const { operation } of operations) {
      const names = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
      expect(new Set(names).size).toBe(names.length)
      expect(tags).toEqual(expect.arrayContaining(operation.tags))
    }
  })

  it('describes every answer, of a status that HTTP has', () => {
    for (const { operation } of operations) {
      const answers = Object.entries(operation.responses)
      expect(answers.length).toBeGreaterThan(0)
      for (const [status, { description }] of answers) {
        expect(status).toMatch(/^[1-5]\d\d$/)
        expect(description).not.toBe('')
      }
    }
  })

  it('says pages and refusals of the same status', () => {
    const path = document.paths['/auth/magic/{secret}'] as { get: Operation }
    expect(Object.keys(path.get.responses['400']?.content ?? {}).sort()).toEqual([
      'application/json',
      'text/html',
    ])
  })
})

describe('errorsOf', () => {
  it('lists each code once', () => {
    for (const endpoint of endpoints) {
      const codes = errorsOf(endpoint)
      expect(new Set(codes).size).toBe(codes.length)
    }
  })
})
