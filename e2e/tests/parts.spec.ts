// Parts of the page that load later: when it is idle, or when they are opened.

import type { Page, Request } from '@playwright/test';
import { ChatPage } from '../pages/chat.js';
import { FaultPanel } from '../pages/faults.js';
import { NETWORK, answered } from './console.js';
import { DESKTOP, expect, test } from './chat.js';

const PART = /\/steadfast-web-[0-9a-f]+-\w+\.wasm$/;
const DIALOGS = /\/steadfast-web-[0-9a-f]+-dialogs\.wasm$/;
const TOOLS = /\/steadfast-web-[0-9a-f]+-tools\.wasm$/;
const LAB = /\/steadfast-web-[0-9a-f]+-lab\.wasm$/;
const PANELS = /\/steadfast-web-[0-9a-f]+-panels\.wasm$/;

/** The parts that a page has requested, or those that have arrived. */
function asked(page: Page, when: 'request' | 'requestfinished' = 'request'): Set<string> {
  const parts = new Set<string>();
  const note = (request: Request) => {
    const part = PART.exec(new URL(request.url()).pathname);
    if (part) parts.add(part[0].replace(/.*-/, ''));
  };
  if (when === 'request') page.on('request', note);
  else page.on('requestfinished', note);
  return parts;
}

/** Holds a part back once it is asked for, until it may arrive. */
async function hold(page: Page, part: RegExp): Promise<{ asked: Promise<void>; arrive: () => void }> {
  let arrive = () => {};
  const mayArrive = new Promise<void>((resolve) => (arrive = resolve));
  let ask = () => {};
  const asked = new Promise<void>((resolve) => (ask = resolve));
  await page.route(part, async (route) => {
    ask();
    await mayArrive;
    await route.continue();
  });
  return { asked, arrive };
}

/** What a browser that saves data says of its connection. */
function saveData() {
  Object.defineProperty(navigator, 'connection', { configurable: true, value: { saveData: true } });
}

test('parts load once the page is idle, and not before a person has joined', async ({ profile }) => {
  const page = await (await profile()).newPage();
  const [parts, arrived] = [asked(page), asked(page, 'requestfinished')];
  const ann = new ChatPage(page);
  await page.goto('/');
  await expect(ann.nickname).toBeVisible();
  expect([...parts]).toEqual([]);
  await ann.join('Ann');
  await expect.poll(() => [...parts].filter((part) => !part.startsWith('chunk')).sort()).toEqual(['administration.wasm', 'dialogs.wasm', 'panels.wasm', 'tools.wasm']);
  // What is loaded is there without the network.
  await expect.poll(() => [...parts].filter((part) => !arrived.has(part))).toEqual([]);
  await page.route(PART, (route) => route.abort());
  await ann.settings.click();
  await expect(page.getByTestId('settings-dialog')).toBeVisible();
});

test('parts are not asked for while the browser has no network, and come once it has', async ({ profile }) => {
  const page = await (await profile()).newPage();
  const parts = asked(page);
  const ann = new ChatPage(page);
  await page.goto('/');
  await expect(ann.nickname).toBeVisible();
  await page.evaluate(() => Object.defineProperty(navigator, 'onLine', { configurable: true, value: false }));
  await ann.nickname.fill('Ann');
  await ann.joinButton.click();
  await ann.expectConnected();
  // Longer than the page waits before it is idle.
  await page.waitForTimeout(2_500);
  expect([...parts]).toEqual([]);
  await page.evaluate(() => Object.defineProperty(navigator, 'onLine', { configurable: true, value: true }));
  await ann.disconnect();
  await ann.connect();
  await expect.poll(() => parts.has('dialogs.wasm')).toBe(true);
});

test('a person who saves data loads a part when they open it', async ({ profile }) => {
  const context = await profile(DESKTOP);
  await context.addInitScript(saveData);
  const page = await context.newPage();
  const parts = asked(page);
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.say('in one module');
  await ann.expectAllSent();
  // Longer than the page waits before it is idle.
  await page.waitForTimeout(2_500);
  expect([...parts]).toEqual([]);
  await ann.settings.click();
  await expect(page.getByTestId('settings-dialog')).toBeVisible();
  expect([...parts]).toContain('dialogs.wasm');
  expect([...parts]).not.toContain('administration.wasm');
  // The focus returns through the placeholder to its former element.
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('settings-dialog')).toHaveCount(0);
  await expect(ann.settings).toBeFocused();
});

for (const [locale, failed, again] of [
  ['en-US', 'could not be loaded', 'Try again'],
  ['ko-KR', '불러오지 못했어요', '다시 시도'],
] as const) {
  test(`a dialog that cannot be loaded says so, and opens once the network is back: ${locale}`, async ({ profile, allowConsole }) => {
    allowConsole(NETWORK.request);
    const context = await profile({ ...DESKTOP, locale });
    await context.addInitScript(saveData);
    const page = await context.newPage();
    await page.route(DIALOGS, (route) => route.abort());
    const ann = new ChatPage(page);
    await ann.join('Ann');
    await ann.settings.click();
    const standIn = page.getByTestId('part-dialog');
    await expect(standIn.locator('.dialog-body').getByRole('status')).toContainText(failed);
    // Another failed attempt leaves the page unchanged.
    await standIn.getByRole('button', { name: again }).click();
    await expect(standIn.locator('.dialog-body').getByRole('status')).toContainText(failed);
    await page.keyboard.press('Escape');
    await expect(standIn).toHaveCount(0);
    await ann.say('the rest works');
    await ann.expectAllSent();
    // Opening it again tries once more.
    await ann.settings.click();
    await expect(standIn.locator('.dialog-body').getByRole('status')).toContainText(failed);
    await page.unroute(DIALOGS);
    await standIn.getByRole('button', { name: again }).click();
    await expect(page.getByTestId('settings-dialog')).toBeVisible();
    await expect(standIn).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(ann.settings).toBeFocused();
  });
}

for (const [locale, updated] of [
  ['en-US', 'If Steadfast was just updated, reload the page'],
  ['ko-KR', '방금 업데이트되었다면 페이지를 새로고침해 주세요'],
] as const) {
  test(`a part of a former build that is gone says so, and reloading the page keeps what was typed: ${locale}`, async ({ profile, allowConsole }) => {
    allowConsole(answered(404, /steadfast-web-[0-9a-f]+-\w+\.wasm/));
    const context = await profile({ ...DESKTOP, locale });
    // An idle page would load the part by itself before the press.
    await context.addInitScript(saveData);
    const page = await context.newPage();
    await page.route(PART, (route) => route.fulfill({ status: 404, body: 'not here' }));
    const ann = new ChatPage(page);
    await ann.join('Ann');
    await ann.say('said before');
    await ann.expectAllSent();
    await ann.composer.fill('half a sentence');
    await ann.settings.click();
    const standIn = page.getByTestId('part-dialog');
    await expect(standIn.locator('.dialog-body').getByRole('status')).toContainText(updated);
    // Nothing is reloaded by itself.
    await expect(ann.composer).toHaveValue('half a sentence');
    await page.unroute(PART);
    await standIn.getByTestId('part-reload').click();
    await expect(standIn).toHaveCount(0);
    await ann.expectConnected();
    await expect(ann.composer).toHaveValue('half a sentence');
    await ann.settings.click();
    await expect(page.getByTestId('settings-dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await ann.composer.press('Enter');
    await ann.expectAllSent();
    await expect(ann.rows.filter({ hasText: 'half a sentence' })).toHaveCount(1);
  });
}

test('a panel that cannot be loaded says so, and shows once the network is back', async ({ profile, allowConsole }) => {
  allowConsole(NETWORK.request);
  const context = await profile(DESKTOP);
  await context.addInitScript(saveData);
  const page = await context.newPage();
  await page.route(PANELS, (route) => route.abort());
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.detailsButton.click();
  const missing = ann.detailsPanel.getByTestId('part-missing');
  await expect(missing.getByTestId('part-retry')).toBeVisible();
  await page.unroute(PANELS);
  await missing.getByTestId('part-retry').click();
  await expect(ann.transport).toBeVisible();
  await expect(missing).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(ann.detailsPanel).toHaveCount(0);
  await expect(ann.detailsButton).toBeFocused();
});

test.describe('if the server offers the fault panel', () => {
  test.use({ serverArgs: ['--fault-panel'] });

  test('it loads when it is opened and not before, and shows once the network is back', async ({ profile, allowConsole }) => {
    allowConsole(NETWORK.request);
    const page = await (await profile(DESKTOP)).newPage();
    const parts = asked(page);
    await page.route(LAB, (route) => route.abort());
    const ann = new ChatPage(page);
    const faults = new FaultPanel(ann);
    await ann.join('Ann');
    await expect.poll(() => parts.has('administration.wasm'), 'the page was idle').toBe(true);
    await ann.detailsButton.click();
    await expect(faults.unfold).toBeVisible();
    expect([...parts]).not.toContain('lab.wasm');
    await faults.unfold.click();
    const missing = ann.detailsPanel.getByTestId('part-missing');
    await expect(missing.getByTestId('part-retry')).toBeVisible();
    expect([...parts]).toContain('lab.wasm');
    await page.unroute(LAB);
    await missing.getByTestId('part-retry').press('Enter');
    await expect(faults.panel).toBeVisible();
    await expect(missing).toHaveCount(0);
    await expect(faults.unfold, 'the keyboard goes on where it was').toBeFocused();
  });
});

test('emoji are found once their table has come, in what was typed before', async ({ profile }) => {
  const context = await profile(DESKTOP);
  await context.addInitScript(saveData);
  const page = await context.newPage();
  const part = await hold(page, TOOLS);
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.composer.pressSequentially('so :tad');
  await part.asked;
  await expect(page.getByTestId('suggestion')).toHaveCount(0);
  part.arrive();
  await expect(page.getByTestId('suggestion').first()).toContainText('🎉');
  await page.keyboard.press('Enter');
  await expect(ann.composer).toHaveValue('so 🎉');
});

test('a name that was ended before the table came is its emoji then', async ({ profile }) => {
  const context = await profile(DESKTOP);
  await context.addInitScript(saveData);
  const page = await context.newPage();
  const part = await hold(page, TOOLS);
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.composer.pressSequentially('so :tada:');
  await part.asked;
  part.arrive();
  await expect(ann.composer).toHaveValue('so 🎉');
});

test('names that were ended before the table came are emoji then, although more was typed since', async ({ profile }) => {
  const context = await profile(DESKTOP);
  await context.addInitScript(saveData);
  const page = await context.newPage();
  const part = await hold(page, TOOLS);
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.composer.pressSequentially('so :tada: it is :rocket: then :heart: that');
  await part.asked;
  // The last one does not stand any more.
  for (let left = 0; left < 5; left += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Backspace');
  part.arrive();
  await expect(ann.composer).toHaveValue('so 🎉 it is 🚀 then :heart that');
  await page.keyboard.type('s');
  await expect(ann.composer).toHaveValue('so 🎉 it is 🚀 then :hearts that');
});

test('a row\'s popup that cannot be loaded says so, and opens once the network is back', async ({ profile, allowConsole }) => {
  allowConsole(NETWORK.request);
  const context = await profile(DESKTOP);
  await context.addInitScript(saveData);
  const page = await context.newPage();
  await page.route(TOOLS, (route) => route.abort());
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.say('react to this');
  await ann.expectAllSent();
  await page.getByTestId('row').last().hover();
  await page.getByTestId('react').click();
  const standIn = page.getByTestId('part-dialog');
  await expect(standIn.getByTestId('part-retry')).toBeVisible();
  await page.unroute(TOOLS);
  await standIn.getByTestId('part-retry').click();
  await expect(page.getByTestId('emoji-picker')).toBeVisible();
  await expect(standIn).toHaveCount(0);
  await page.getByTestId('find-emoji').fill('tada');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('row').last().getByTestId('reaction')).toContainText('🎉');
});
