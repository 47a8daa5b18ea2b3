// A first visit before the page runs: index.html alone is a usable form.

import type { Locator, Page } from '@playwright/test';
import { ChatPage } from '../pages/chat.js';
import { answered } from './console.js';
import { DESKTOP, expect, test } from './chat.js';

const WASM = /_bg\.wasm$/;
/** Milliseconds between keys, at about the speed of typing. */
const TYPING = { delay: 60 };

/** The document also has the words in the other language. */
const SEEN = { useInnerText: true };

/** Delays the page's program until it is released. */
async function held(page: Page): Promise<() => void> {
  let letGo = () => {};
  const goes = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(WASM, async (route) => {
    await goes;
    await route.continue();
  });
  return letGo;
}

const boot = (page: Page) => page.locator('#boot');

test('a nickname typed and sent before the page runs joins once it does', async ({ profile }) => {
  const page = await (await profile(DESKTOP)).newPage();
  const letGo = await held(page);
  await page.goto('/');
  const ann = new ChatPage(page);
  await expect(ann.nickname).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(ann.joinButton, 'nothing is sent without a name').toHaveText('Join the chat', SEEN);
  await page.keyboard.type('Ann', TYPING);
  await page.keyboard.press('Enter');
  await expect(ann.joinButton).toHaveText('Joining…', SEEN);
  letGo();
  await ann.expectConnected();
  await expect(page.getByTestId('my-name')).toHaveText('Ann');
  await expect(boot(page)).toHaveCount(0);
});

test('the text, the caret and the wish for a passphrase outlive the form before the page', async ({ profile }) => {
  const page = await (await profile(DESKTOP)).newPage();
  const letGo = await held(page);
  await page.goto('/');
  const ann = new ChatPage(page);
  await expect(ann.nickname).toBeFocused();
  await page.keyboard.type('Mna', TYPING);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  letGo();
  await expect(boot(page)).toHaveCount(0);
  await expect(ann.nickname).toBeFocused();
  await page.keyboard.type('i', TYPING);
  await expect(ann.nickname).toHaveValue('Mina');

  const again = await (await profile(DESKTOP)).newPage();
  const letGoAgain = await held(again);
  await again.goto('/');
  await expect(new ChatPage(again).nickname).toBeFocused();
  await again.keyboard.type('Mina', TYPING);
  await again.getByTestId('have-passphrase').click();
  letGoAgain();
  await expect(again.getByTestId('passphrase')).toBeFocused();
  await expect(new ChatPage(again).nickname).toHaveValue('Mina');
});

test('a syllable that is being composed is not broken by the page', async ({ profile }) => {
  const page = await (await profile({ locale: 'ko-KR', ...DESKTOP })).newPage();
  const letGo = await held(page);
  await page.goto('/');
  await expect(page.getByRole('heading')).toHaveText('반갑습니다', SEEN);
  await expect(new ChatPage(page).nickname).toBeFocused();
  const keyboard = await page.context().newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', { text: '미', selectionStart: 1, selectionEnd: 1 });
  letGo();
  // By then the server has answered that it does not know this browser.
  await page.waitForTimeout(3_500);
  await expect(boot(page)).toHaveCount(1);
  await keyboard.send('Input.imeSetComposition', { text: '민', selectionStart: 1, selectionEnd: 1 });
  await keyboard.send('Input.insertText', { text: '민' });
  await expect(boot(page)).toHaveCount(0);
  await expect(new ChatPage(page).nickname).toHaveValue('민');
  await page.keyboard.type('a', TYPING);
  await expect(new ChatPage(page).nickname).toHaveValue('민a');
});

const PRESSES: [string, (page: Page, button: Locator) => Promise<() => Promise<void>>][] = [
  [
    'the mouse',
    async (page, button) => {
      await button.hover();
      await page.mouse.down();
      return () => page.mouse.up();
    },
  ],
  [
    'the space bar',
    async (page, button) => {
      await button.focus();
      await page.keyboard.down(' ');
      return () => page.keyboard.up(' ');
    },
  ],
];

for (const [by, press] of PRESSES) {
  test(`a button that ${by} presses while the page starts to run is clicked`, async ({ profile }) => {
    const page = await (await profile(DESKTOP)).newPage();
    const letGo = await held(page);
    await page.goto('/');
    const ann = new ChatPage(page);
    await expect(ann.nickname).toBeFocused();
    await page.keyboard.type('Ann', TYPING);
    const release = await press(page, ann.joinButton);
    letGo();
    // By then the server has answered that it does not know this browser.
    await page.waitForTimeout(3_500);
    await release();
    await ann.expectConnected();
    await expect(page.getByTestId('my-name')).toHaveText('Ann');
  });
}

test('nothing in the form moves while a button is pressed', async ({ profile }) => {
  const page = await (await profile(DESKTOP)).newPage();
  let answer = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/registration', async (route) => {
    await answered;
    await route.continue();
  });
  await page.goto('/');
  const ann = new ChatPage(page);
  await expect(boot(page)).toHaveCount(0);
  await ann.nickname.fill('Ann');
  await ann.joinButton.hover();
  await page.mouse.down();
  const arrives = page.waitForResponse('**/api/registration');
  answer();
  await (await arrives).finished();
  // A notice that the server has no owner would come above the button.
  await page.waitForTimeout(500);
  await page.mouse.up();
  await ann.expectConnected();
});

test('a signed-in device sees no form, a signed-out one does', async ({ person, allowConsole }) => {
  allowConsole(answered(401, /\/api\/session/));
  const ann = await person('Ann', DESKTOP);
  const { page } = ann;
  const letGo = await held(page);
  await page.reload({ waitUntil: 'domcontentloaded' });
  await expect(page.locator('.boot-mark')).toBeVisible();
  await expect(ann.nickname).toBeHidden();
  letGo();
  await ann.expectConnected();
  await expect(boot(page)).toHaveCount(0);

  await page.unroute(WASM);
  const before = await page.evaluate(() => localStorage.getItem('steadfast.known'));
  expect(before).not.toBeNull();
  await page.context().clearCookies();
  await page.reload();
  await expect(ann.nickname).toBeVisible();
  await expect(boot(page)).toHaveCount(0);
  const letGoAgain = await held(page);
  await page.reload({ waitUntil: 'domcontentloaded' });
  await expect(boot(page).getByTestId('nickname')).toBeVisible();
  letGoAgain();
  await expect(boot(page)).toHaveCount(0);
});

test('the language chosen before the page runs is spoken by it', async ({ profile }) => {
  const page = await (await profile({ locale: 'en-US', ...DESKTOP })).newPage();
  const letGo = await held(page);
  await page.goto('/');
  await page.getByTestId('language').click();
  await expect(page.getByRole('heading')).toHaveText('반갑습니다', SEEN);
  await expect(page.getByTestId('language')).toHaveText('English', SEEN);
  letGo();
  await expect(boot(page)).toHaveCount(0);
  await expect(page.getByRole('heading')).toHaveText('반갑습니다', SEEN);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
});
