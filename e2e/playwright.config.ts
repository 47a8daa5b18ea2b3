import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

/** Debian's Chromium by default: no browser is downloaded. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results/playwright',
  fullyParallel: true,
  // Tests mostly wait for a server to come back, or for a dead link to be noticed: so use one worker more than there are
  // cores.
  workers: Number(process.env.PLAYWRIGHT_WORKERS ?? availableParallelism() + 1),
  // A test that passes only on the second attempt has revealed a race.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    browserName: 'chromium',
    locale: 'en-US',
    timezoneId: 'Asia/Seoul',
    // A trace costs a third more time. `cargo xtask test e2e` reruns failed tests once, with a trace.
    trace: 'off',
    actionTimeout: 30_000,
    launchOptions: {
      executablePath,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-dev-shm-usage',
      ],
    },
  },
});
