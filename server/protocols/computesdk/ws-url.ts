/** Where the channels of a sandbox are, from the base of its API. No token is in it. */
export function wsUrl(sandboxUrl: string): string {
  return `${sandboxUrl.replace(/^http/, 'ws')}/ws`
}
