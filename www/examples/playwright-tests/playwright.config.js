import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  // Set CHROMIUM to use an installed browser in place of Playwright's own.
  use: { launchOptions: { executablePath: process.env.CHROMIUM } },
})
