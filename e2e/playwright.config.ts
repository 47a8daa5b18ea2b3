import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

/** Debian's Chromium where no other is named: browsers are not downloaded. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results/playwright',
  fullyParallel: true,
  // Much of the time is spent waiting for a server to come back, or for a link to be found dead: one more than there are cores.
  workers: Number(process.env.PLAYWRIGHT_WORKERS ?? availableParallelism() + 1),
  // A test that passes on the second try has shown a race, not its absence.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    browserName: 'chromium',
    locale: 'en-US',
    timezoneId: 'Asia/Seoul',
    // A trace costs a third more. `cargo xtask test e2e` runs what failed once more, with one.
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
