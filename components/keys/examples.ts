export function curlExample(apiUrl: string, apiKey: string): string {
  return [
    '# Make a sandbox',
    `curl -X POST ${apiUrl}/v1/sandboxes \\`,
    `  -H 'X-ComputeSDK-API-Key: ${apiKey}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{ "name": "from-curl" }'`,
    '',
    '# List yours',
    `curl ${apiUrl}/v1/sandboxes \\`,
    `  -H 'X-ComputeSDK-API-Key: ${apiKey}'`,
  ].join('\n')
}

/** `npm install computesdk` is all that it needs; Node before 22 also wants the package `ws`. */
export function sdkExample(apiUrl: string, apiKey: string): string {
  return [
    '# npm install computesdk',
    `export COMPUTESDK_TRIBUTARY_URL=${apiUrl}`,
    'export COMPUTESDK_PROVIDER=computesdk',
    `export COMPUTESDK_API_KEY=${apiKey}`,
    '',
    'node --input-type=module -e "',
    "  import { compute } from 'computesdk'",
    '  const sandbox = await compute.sandbox.create()',
    "  console.log((await sandbox.runCommand('node -v')).stdout)",
    '  await sandbox.destroy()',
    '"',
  ].join('\n')
}
