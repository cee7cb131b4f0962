import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const integration = ['**/*.integration.test.ts', '**/*.contract.test.ts']

export default defineConfig({
  resolve: { alias: { '@/': root } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'lib/**/*.test.ts',
            'server/**/*.test.ts',
            'components/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: integration,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: integration,
          exclude: ['**/node_modules/**', '.next/**', 'e2e/**'],
          // Real sandboxes on two cores: one file at a time, so that a slow neighbour does not look like a failure.
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // A condition that comes late on a busy machine has still come.
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
})
