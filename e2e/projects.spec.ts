import type { WebSocket } from '@playwright/test'
import { expect, test } from './fixtures'

/** Packages come over the network. */
const INSTALL_TIMEOUT_MS = 90_000

test('a blank sandbox has a prompt, an empty folder and the usual tools', async ({ openSandbox }) => {
  const workbench = await openSandbox('Blank')
  await workbench.run('ls -A | wc -l; node -v; python3 --version; git --version; echo "all"" there"')
  await workbench.expectScreen(/^0\nv\d+[\s\S]*Python 3[\s\S]*git version[\s\S]*all there$/m)
})

test('Node.js: install, run, preview, change', async ({ openSandbox }) => {
  test.slow()
  const workbench = await openSandbox('Node.js')
  await workbench.run('npm install && npm run dev')
  await workbench.expectScreen(/Listening on/, INSTALL_TIMEOUT_MS)
  const preview = await workbench.preview(3000)
  await expect(preview.getByRole('heading', { name: 'Notes' })).toBeVisible()
  await preview.getByRole('textbox').fill('written in the preview')
  await preview.getByRole('button', { name: 'Add' }).click()
  await expect(preview.getByText('written in the preview')).toBeVisible()
})

test('Python: tests pass and the server has a preview', async ({ openSandbox }) => {
  const workbench = await openSandbox('Python')
  await workbench.run('python3 -m unittest && python3 server.py')
  await workbench.expectScreen(/OK[\s\S]*Listening on/)
  const preview = await workbench.preview(8000)
  await expect(preview.getByText('"python"')).toBeVisible()
})

test('a static page: edited in the editor, served by python3', async ({ openSandbox }) => {
  const workbench = await openSandbox('Static page')
  await workbench.openFile('index.html')
  await workbench.replaceContent('<!doctype html><title>x</title><h1>Changed in the editor</h1>')
  await workbench.run('python3 -m http.server 8000')
  const preview = await workbench.preview(8000)
  await expect(preview.getByRole('heading', { name: 'Changed in the editor' })).toBeVisible()
})

test('Vite + React: hot reload follows the editor and keeps the state', async ({ openSandbox }) => {
  test.slow()
  const workbench = await openSandbox('Vite + React')
  await workbench.run('npm install && npm run dev')
  await workbench.expectScreen(/Local:/, INSTALL_TIMEOUT_MS)
  const preview = await workbench.preview(5173)
  await preview.getByRole('textbox').fill('reader')
  await expect(preview.getByRole('heading', { name: 'Hello, reader' })).toBeVisible()

  await workbench.openFile('src', 'app.tsx')
  await workbench.replaceContent(APP_AFTER)
  await expect(preview.getByRole('heading', { name: 'Good day, reader' })).toBeVisible()
})

/** The same state hook in the same place, so that a hot reload keeps what was typed and a page reload would not. */
const APP_AFTER = `import { useState } from 'react'
import { Counter } from './counter.tsx'

export function App() {
  const [name, setName] = useState('world')

  return (
    <main>
      <h1>Good day, {name}</h1>
      <input value={name} onChange={(event) => setName(event.target.value)} />
      <Counter />
    </main>
  )
}
`

test('npm create vite@latest in a blank sandbox: preview and hot reload', async ({ openSandbox }) => {
  test.slow()
  const workbench = await openSandbox('Blank')
  await workbench.run('npm create vite@latest app -- --template react --no-interactive')
  await workbench.expectScreen(/Ok to proceed\? \(y\)/, INSTALL_TIMEOUT_MS)
  await workbench.run('y')
  await workbench.expectScreen(/Done\. Now run/, INSTALL_TIMEOUT_MS)
  await workbench.run('cd app && npm install && npm run dev')
  await workbench.expectScreen(/Local:/, INSTALL_TIMEOUT_MS)
  const preview = await workbench.preview(5173)
  await expect(preview.getByRole('button', { name: /count is 0/i })).toBeVisible()
  await workbench.openFile('app', 'src', 'App.jsx')
  await workbench.replaceContent('export default function App() {\n  return <h1>Reloaded while hot</h1>\n}\n')
  await expect(preview.getByRole('heading', { name: 'Reloaded while hot' })).toBeVisible()
})

test('Next.js: hot reload follows the editor over one connection, and keeps the state', async ({
  openSandbox,
  page,
}) => {
  test.slow()
  const reloads: WebSocket[] = []
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).pathname.startsWith('/_next/')) reloads.push(socket)
  })
  const workbench = await openSandbox('Blank')
  for (const [path, content] of Object.entries(NEXT_APP)) await workbench.writeFile(path, content)
  await workbench.run('npm install --no-audit --no-fund next react react-dom && npx next dev')
  await workbench.expectScreen(/Ready in/, INSTALL_TIMEOUT_MS)
  // It opens by itself.
  const preview = page.frameLocator('iframe[title="Preview of port 3000"]')
  await expect(preview.getByRole('heading', { name: 'Hello' })).toBeVisible({ timeout: INSTALL_TIMEOUT_MS })
  await preview.getByRole('textbox').fill('typed before')
  await expect(preview.getByText('typed before')).toBeVisible()

  await workbench.openFile('app', 'page.js')
  await workbench.replaceContent(NEXT_APP['app/page.js'].replace('Hello', 'Good day'))
  await expect(preview.getByRole('heading', { name: 'Good day' })).toBeVisible()
  await expect(preview.getByText('typed before')).toBeVisible()
  expect(reloads.filter((socket) => !socket.isClosed())).toHaveLength(1)
  expect(reloads).toHaveLength(1)
})

/** The least that Next.js takes for an app, with a state that a page reload would lose, and a field that waits for React. */
const NEXT_APP = {
  'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>\n',
  'app/page.js': `'use client'
import { useEffect, useState } from 'react'

export default function Page() {
  const [text, setText] = useState('')
  const [isReady, setIsReady] = useState(false)
  useEffect(() => setIsReady(true), [])
  return (
    <main>
      <h1>Hello</h1>
      <input disabled={!isReady} value={text} onChange={(event) => setText(event.target.value)} />
      <p>{text}</p>
    </main>
  )
}
`,
}

test('Flask, installed with pip', async ({ openSandbox }) => {
  test.slow()
  const workbench = await openSandbox('Blank')
  await workbench.run(
    'python3 -m venv .venv && . .venv/bin/activate && pip install -q flask && echo "has"" Flask"',
  )
  await workbench.expectScreen(/has Flask/, INSTALL_TIMEOUT_MS)
  await workbench.run(
    `printf 'from flask import Flask\\napp = Flask(__name__)\\n@app.get("/")\\ndef home(): return "<h1>Flask is here</h1>"\\n' > app.py`,
  )
  await workbench.run('flask run')
  const preview = await workbench.preview(5000)
  await expect(preview.getByRole('heading', { name: 'Flask is here' })).toBeVisible()
})
