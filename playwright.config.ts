import { defineConfig } from '@playwright/test'
import { chromiumPath } from './scripts/steps/system-packages.mjs'

const executablePath = chromiumPath()
if (executablePath === null) throw new Error('Chromium is not installed: apt-get install chromium')

/** What keeps Chromium from talking to its maker, and lets root run it. */
const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // Real servers and real sandboxes on two cores: side by side they would only measure each other.
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  // The longest installs packages inside a sandbox.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    trace: 'retain-on-failure',
    permissions: ['clipboard-read', 'clipboard-write'],
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath, args: CHROMIUM_ARGUMENTS },
  },
})
