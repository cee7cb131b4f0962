import { expect, test } from 'vitest'
import { openApi } from './openapi'

test('x', () => {
  const d = openApi('1')
  console.log(JSON.stringify(d).length, Object.keys(d.components.schemas))
  console.log(JSON.stringify(d.paths['/files/{path}'], null, 1).slice(0, 3000))
  expect(d).toBeTruthy()
})
