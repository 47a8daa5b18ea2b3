// How messages look, and what can be done with them.

import { devices } from '@playwright/test';
import { Message } from '../pages/message.js';
import { expect, test } from './chat.js';

const PHONE = (({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch }) => ({
  viewport,
  userAgent,
  deviceScaleFactor,
  isMobile,
  hasTouch,
}))(devices['Pixel 7']!);

const DESKTOP = { viewport: { width: 1280, height: 800 } };

const MARKED = [
  'Release **2.4** is *out* — ~~tomorrow~~ today! Run `steadfast --version`, then see https://example.com/notes_(2.4).',
  '```rust\nfn main() {\n    println!("stored once, shown once, in the same order for everyone: {}", "and this line is far too long for any phone");\n}\n```',
  '> Is it safe?\n> Nothing is lost.\n\nWhat is left:\n1. the notes\n2. the [wiki](https://example.com/wiki)\n   - one page\n   - and another\n\n끝나면 **알려** 주세요.',
];

test('marks are shown, and HTML is text', async ({ person }) => {
  const ann = await person('Ann');
  const html = '<img src=x onerror="document.title=1"> <b>**bold**</b>';
  await ann.composer.fill(`${html} [a](javascript:alert(1)) [b](https://example.com/?q=1)`);
  await ann.composer.press('Enter');
  const text = ann.rows.first().getByTestId('row-text');
  await expect(text).toHaveText('<img src=x onerror="document.title=1"> <b>bold</b> [a](javascript:alert(1)) b');
  await expect(text.locator('strong')).toHaveText('bold');
  await expect(text.locator('img, b')).toHaveCount(0);
  const link = text.getByRole('link');
  await expect(link).toHaveAttribute('href', 'https://example.com/?q=1');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow');
  await expect(link).toHaveAttribute('target', '_blank');
});

test('code is scrolled by itself and copied whole', async ({ person }) => {
  const ann = await person('Ann', { ...PHONE, permissions: ['clipboard-read', 'clipboard-write'] });
  await ann.composer.fill(MARKED[1]!);
  await ann.sendButton.click();
  const row = ann.rows.first();
  const code = row.locator('pre');
  await expect(code).toContainText('fn main()');
  expect(await code.evaluate((pre) => pre.scrollWidth > pre.clientWidth)).toBe(true);
  expect(await ann.timeline.evaluate((timeline) => timeline.scrollWidth <= timeline.clientWidth)).toBe(true);
  await code.focus();
  await expect(code).toBeFocused();
  await row.getByTestId('copy-code').click();
  await expect(ann.page.getByTestId('toast')).toHaveText('Copied');
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(MARKED[1]!.slice(8, -4));
});

test('a message is reached, and its menu used, by keyboard alone', async ({ person }) => {
  const ann = await person('Ann', { permissions: ['clipboard-read', 'clipboard-write'] });
  await ann.say('first', 'second **one**');
  await ann.expectAllSent();
  await ann.timeline.focus();
  await ann.page.keyboard.press('ArrowUp');
  await expect(ann.rows.nth(1)).toBeFocused();
  await ann.page.keyboard.press('ArrowUp');
  await expect(ann.rows.nth(0)).toBeFocused();
  await ann.page.keyboard.press('ArrowUp');
  await expect(ann.rows.nth(0)).toBeFocused();
  await ann.page.keyboard.press('ArrowDown');
  await ann.page.keyboard.press('Enter');
  const tools = new Message(ann.page, ann.rows.nth(1)).tools;
  await expect(tools.locator(':focus')).toHaveCount(1);
  await tools.getByTestId('more').press('Enter');
  const menu = ann.page.getByTestId('menu');
  await expect(menu.getByRole('menuitem').first()).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await expect(tools.getByTestId('more')).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await menu.getByTestId('copy-text').press('Enter');
  await expect(ann.page.getByTestId('toast')).toHaveText('Copied');
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe('second **one**');
  await ann.rows.nth(1).focus();
  await ann.page.keyboard.press('Escape');
  await expect(ann.composer).toBeFocused();
});

test('a finger that stays opens a sheet, a press beside closes it', async ({ person }) => {
  const ann = await person('Ann', PHONE);
  await ann.composer.fill('hold me');
  await ann.sendButton.click();
  await ann.expectAllSent();
  const menu = await new Message(ann.page, ann.rows.first()).longPress();
  await expect(menu).toBeVisible();
  await ann.page.touchscreen.tap(200, 100);
  await expect(menu).toBeHidden();
});

test('the help opens, closes by Escape, and gives the focus back', async ({ person }) => {
  const ann = await person('Ann');
  await ann.page.getByTestId('open-help').press('Enter');
  const help = ann.page.getByTestId('help');
  await expect(help).toBeVisible();
  await expect(help.locator('strong')).toHaveText('bold');
  await expect(help).toHaveAccessibleName('Formatting');
  await ann.page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(ann.page.getByTestId('open-help')).toBeFocused();
});

for (const [device, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`pictures of messages: ${device}, ${colorScheme}`, async ({ person, wirePerson }) => {
      const ben = await wirePerson('Ben');
      const ann = await person('Ann', { ...options, colorScheme });
      const picture = (name: string) =>
        ann.page.screenshot({ path: `test-results/looks/messages-${device}-${colorScheme}-${name}.png` });
      await ben.post(...MARKED.map((text) => ben.item(text)));
      await expect(ann.rows).toHaveCount(3);
      const message = new Message(ann.page, ann.rows.nth(2));
      await picture('marks');
      if (device === 'phone') await message.longPress();
      else await message.openMenu();
      await picture('menu');
      await ann.page.keyboard.press('Escape');
      if (device === 'desktop') {
        await ann.page.getByTestId('open-help').click();
        await picture('help');
      }
    });
  }
}
