import { fileURLToPath } from 'node:url'

// Next reads this when it sets its telemetry up, after this file. Sandlot tells nobody that it runs.
process.env.NEXT_TELEMETRY_DISABLED = '1'

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Nothing here uses Next's image optimizer, which would fetch addresses of this server for whoever asks: it answers 404.
  images: { unoptimized: true },
  // `npm run lint` checks the types of every project; a first start need not wait for that again.
  typescript: { ignoreBuildErrors: true },
  // The sign of development would sit on top of the workbench's status bar.
  devIndicators: false,
  // In development the app is also opened under the names of sandboxes.
  allowedDevOrigins: ['*.localhost', '127.0.0.1'],
  // Native or Node-only: loaded by Node as they are, never bundled.
  serverExternalPackages: ['libsql', 'pg', 'nodemailer'],
  turbopack: {
    rules: {
      '**/monaco-editor/esm/vs/internal/common/workers.js': {
        loaders: ['./scripts/monaco-workers-loader.cjs'],
      },
    },
    root: fileURLToPath(new URL('.', import.meta.url)),
    resolveAlias: {
      // y-monaco still names the path that monaco-editor had before 0.56.
      'monaco-editor/esm/vs/editor/editor.api.js': 'monaco-editor/editor/editor.api.js',
    },
  },
}

export default config
