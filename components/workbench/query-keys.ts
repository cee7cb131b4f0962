/** Names of what the server said, in TanStack Query's cache. */
export const queryKeys = {
  sandbox: ['sandbox'] as const,
  directory: (path: string) => ['directory', path] as const,
  directories: ['directory'] as const,
  processes: ['processes'] as const,
  ports: ['ports'] as const,
  terminals: ['terminals'] as const,
  snapshots: ['snapshots'] as const,
  overlays: ['overlays'] as const,
  serverLog: (slug: string, part: readonly unknown[]) => ['server-log', slug, ...part] as const,
  names: (query: string) => ['names', query] as const,
  texts: (query: object) => ['texts', query] as const,
}
