import { type Browser, chromium } from '@playwright/test'
import config from '../playwright.config'

/** The browser of the tests, for the screenshot and the bench. */
export function launchChromium(): Promise<Browser> {
  const { launchOptions } = config.use ?? {}
  return chromium.launch(launchOptions)
}
