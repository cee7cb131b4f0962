import { expect, it } from 'vitest'
import { attachment } from './raw-files'

it.each([
  ['/a/plain.txt', `attachment; filename="plain.txt"; filename*=UTF-8''plain.txt`],
  ['/ü "x".txt', `attachment; filename="_ _x_.txt"; filename*=UTF-8''%C3%BC%20%22x%22.txt`],
  ["/it's (1)*.txt", `attachment; filename="it's (1)*.txt"; filename*=UTF-8''it%27s%20%281%29%2A.txt`],
  ['/line\r\nbreak', `attachment; filename="line__break"; filename*=UTF-8''line%0D%0Abreak`],
  ['/', `attachment; filename="file"; filename*=UTF-8''file`],
])('%j is sent under a name that no header breaks at', (path, header) => {
  expect(attachment(path)).toBe(header)
})
