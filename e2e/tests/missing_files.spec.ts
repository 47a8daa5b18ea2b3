// A first visit on which some of the page's own files fail to load.

import type { Page, Route } from '@playwright/test';
import { ChatPage } from '../pages/chat.js';
import { NETWORK } from './console.js';
import { expect, test } from './chat.js';

const SCRIPT = /\/steadfast-web-[0-9a-f]+\.js$/;
const WASM = /_bg\.wasm$/;

/** The messages of the browser and of the page's loader about a missing file. */
const MISSING = /^error: Failed to load resource: the server responded with a status of 404 .*\.(js|wasm)\)$/;
const NOT_STARTED = /^(thrown|error): .*(failed to fetch Wasm|Failed to fetch)/;

const gone = (route: Route) => route.fulfill({ status: 404, body: 'not here' });
const never = () => {};

const trouble = (page: Page) => page.getByTestId('boot-trouble');

/** The number of requests for the page itself. */
function visits(page: Page): { count: number } {
  const asked = { count: 0 };
  page.on('request', (request) => {
    if (request.isNavigationRequest()) asked.count += 1;
  });
  return asked;
}

for (const [what, file] of [['script', SCRIPT], ['program', WASM]] as const) {
  test(`fault_f25 a ${what} that is gone: the page is loaded once more, and then says so`, async ({ profile, allowConsole }) => {
    allowConsole(MISSING, NOT_STARTED);
    const page = await (await profile({ locale: 'en-US' })).newPage();
    const asked = visits(page);
    await page.route(file, gone);
    await page.goto('/');
    await expect(trouble(page)).toContainText('is missing on the server');
    expect(asked.count, 'once, and once more').toBe(2);
    // There is no reload loop.
    await page.waitForTimeout(3_000);
    expect(asked.count).toBe(2);
    // The way out works once the file is there.
    await page.unroute(file);
    await trouble(page).getByRole('button', { name: 'Try again' }).click();
    const ann = new ChatPage(page);
    await ann.nickname.fill('Ann');
    await ann.joinButton.click();
    await ann.expectConnected();
    await expect(trouble(page)).toHaveCount(0);
  });
}

test('fault_f25 a file of a former build is gone: one more load brings the build that is there', async ({ profile, allowConsole }) => {
  allowConsole(MISSING, NOT_STARTED);
  const page = await (await profile()).newPage();
  const asked = visits(page);
  let first = true;
  await page.route(WASM, (route) => {
    // The first visit requests it twice, once ahead of time, and checks that it exists.
    if (asked.count < 2 && first) return gone(route);
    first = false;
    return route.continue();
  });
  await page.goto('/');
  // The first visit's form shows before any file has loaded.
  await expect.poll(() => asked.count).toBe(2);
  await expect(page.locator('#boot-form')).toHaveCount(0);
  await expect(page.getByTestId('nickname')).toBeVisible();
  expect(asked.count).toBe(2);
  await expect(trouble(page)).toHaveCount(0);
});

test('fault_f25 a server that cannot be reached any more: the connection is named, and nothing is loaded again', async ({ profile, allowConsole }) => {
  allowConsole(NETWORK.request, NOT_STARTED);
  const page = await (await profile()).newPage();
  const asked = visits(page);
  await page.route(/\.(js|wasm)$/, (route) => route.abort('connectionreset'));
  await page.goto('/');
  await expect(trouble(page)).toContainText('could not be loaded');
  expect(asked.count).toBe(1);
});

for (const [locale, words, button] of [
  ['en-US', 'is taking a long time to load', 'Try again'],
  ['ko-KR', '오래 걸리고', '다시 시도'],
] as const) {
  test(`fault_f25 a program that never arrives: words and a way out, by the browser’s language: ${locale}`, async ({ profile }) => {
    const page = await (await profile({ locale })).newPage();
    await page.route(WASM, never);
    await page.goto('/', { waitUntil: 'commit' });
    await expect(trouble(page)).toContainText(words);
    await expect(trouble(page).getByRole('button', { name: button })).toBeVisible();
    await expect(trouble(page)).toHaveAttribute('lang', locale.slice(0, 2));
  });
}
