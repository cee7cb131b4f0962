import { expect, it } from 'vitest'
import { sortProcesses } from './process-sort'

function process(pid: number, cpu: number, name = 'node', startedAt = '2026-01-01T00:00:00Z') {
  return {
    pid,
    parent_pid: 1,
    name,
    command: name,
    state: 'S',
    cpu_percent: cpu,
    memory_bytes: 1,
    started_at: startedAt,
  }
}

it('sorts by a column and keeps equals in the order of their pids', () => {
  const sorted = sortProcesses([process(3, 0), process(1, 0), process(2, 9)], {
    by: 'cpu_percent',
    isDescending: true,
  })
  expect(sorted.map(({ pid }) => pid)).toEqual([2, 1, 3])
})

it('takes the start as an age', () => {
  const old = process(1, 0, 'a', '2026-01-01T00:00:00Z')
  const young = process(2, 0, 'b', '2026-01-02T00:00:00Z')
  const longestFirst = sortProcesses([young, old], { by: 'started_at', isDescending: true })
  expect(longestFirst.map(({ name }) => name)).toEqual(['a', 'b'])
})
