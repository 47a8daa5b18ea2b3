// How messages look, and what can be done with them.

import { devices } from '@playwright/test';
import { Link } from '../pages/chat.js';
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

test('an edit, a reaction and a deletion reach others, and are still there after a refresh', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('the first', 'the second');
  await ann.expectAllSent();
  const [first, second] = [0, 1].map((place) => new Message(ann.page, ann.rows.nth(place)));

  await ann.composer.press('ArrowUp');
  await expect(ann.page.getByTestId('composer-bar')).toHaveAttribute('data-mode', 'edit');
  await expect(ann.composer).toHaveValue('the second');
  await ann.composer.fill('the *last*');
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('');
  await expect(second!.text).toHaveText('the last');
  await expect(ben.rows.nth(1).getByTestId('row-text')).toHaveText('the last');
  await expect(ben.rows.nth(1).getByTestId('edited')).toHaveText('edited');

  const seen = new Message(ben.page, ben.rows.nth(1));
  await seen.react('tada');
  await expect(seen.reaction('🎉')).toHaveAttribute('aria-pressed', 'true');
  await expect(second!.reaction('🎉')).toHaveAccessibleName('🎉 by Ben');
  await second!.reaction('🎉').click();
  await expect(seen.reaction('🎉')).toHaveAccessibleName('🎉 by Ben, Ann');
  await seen.reaction('🎉').click();
  await expect(second!.reaction('🎉')).toHaveAccessibleName('🎉 by Ann');

  await (await first!.openMenu()).getByTestId('menu-delete').click();
  await ann.page.getByTestId('delete-message').getByTestId('delete').click();
  await expect(ann.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
  await expect(ben.rows.first().getByTestId('row-aside')).toHaveText('This message was deleted.');

  for (const chat of [ann, ben]) {
    await chat.page.reload();
    await chat.expectConnected();
    await expect(chat.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
    await expect(chat.rows.nth(1).getByTestId('row-text')).toHaveText('the last');
    await expect(new Message(chat.page, chat.rows.nth(1)).reaction('🎉')).toHaveAccessibleName('🎉 by Ann');
  }
  await ben.rows.nth(1).hover();
  await expect(seen.tools.getByTestId('reply')).toBeVisible();
  await expect(seen.tools.getByTestId('rewrite')).toHaveCount(0);
});

test('changes made without a connection show at once, say that they wait, survive a refresh, and arrive', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('draft', 'mistake');
  await ann.expectAllSent();
  const link = await Link.of(ann.page);
  await ann.page.reload();
  await ann.expectConnected();
  await link.cut();
  await ann.expectNotConnected();
  await ann.composer.press('ArrowUp');
  await ann.composer.fill('mistake, mended');
  await ann.composer.press('Enter');
  const mended = new Message(ann.page, ann.rows.nth(1));
  await expect(mended.text).toHaveText('mistake, mended');
  await expect(mended.row.getByTestId('change')).toHaveAttribute('data-state', 'saved');
  await mended.react('heart');
  await expect(mended.reaction('❤️')).toHaveAttribute('data-pending', 'true');
  await (await new Message(ann.page, ann.rows.first()).openMenu()).getByTestId('menu-delete').click();
  await ann.page.getByTestId('delete-message').getByTestId('delete').click();
  await ann.expectUnsent(3);
  await ann.page.reload();
  await expect(mended.text).toHaveText('mistake, mended');
  await expect(mended.reaction('❤️')).toHaveAttribute('data-pending', 'true');
  await expect(ann.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
  await ann.expectUnsent(3);
  await ben.expectTexts(['draft', 'mistake']);
  link.mend();
  await ben.expectTexts(['mistake, mended']);
  await expect(ben.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
  await expect(new Message(ben.page, ben.rows.nth(1)).reaction('❤️')).toHaveAccessibleName('❤️ by Ann');
  await ann.expectUnsent(0);
  await expect(ann.rows.getByTestId('change')).toHaveCount(0);
  await expect(mended.reaction('❤️')).not.toHaveAttribute('data-pending');
});

test('a reply quotes, and leads to what it replies to', async ({ person }) => {
  const ann = await person('Ann', DESKTOP);
  const ben = await person('Ben', DESKTOP);
  await ann.say('Where do we **meet**?');
  await expect(ben.rows).toHaveCount(1);
  const question = new Message(ben.page, ben.rows.first());
  await question.row.hover();
  await question.tools.getByTestId('reply').click();
  const bar = ben.page.getByTestId('composer-bar');
  await expect(bar).toContainText('Replying to Ann');
  await expect(ben.composer).toBeFocused();
  await ben.page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await question.row.hover();
  await question.tools.getByTestId('reply').click();
  await ben.say('At the harbour');
  await expect(bar).toBeHidden();
  const answer = ann.rows.nth(1);
  await expect(answer.getByTestId('quoted')).toContainText('Where do we meet?');
  await expect(answer.getByTestId('quoted')).toHaveAttribute('href', /^\/r\/[0-9a-f-]{36}\/\d+$/);
  await answer.getByTestId('quoted').click();
  await expect(ann.rows.first()).toBeFocused();
  const menu = await new Message(ann.page, ann.rows.first()).openMenu();
  await menu.getByTestId('menu-delete').click();
  await ann.page.getByTestId('delete-message').getByTestId('delete').click();
  await expect(ben.rows.nth(1).getByTestId('quoted')).toContainText('This message was deleted.');
});

test('people and emoji are named with few keys', async ({ person, wirePerson }) => {
  await wirePerson('Mina Kim');
  await wirePerson('Minho');
  const ann = await person('Ann');
  await expect(ann.page.getByTestId('online')).toContainText('3');
  const offered = ann.page.getByTestId('suggestion');
  await ann.composer.pressSequentially('Hi @mi');
  await expect(offered).toHaveText(['MKMina Kim', 'MMinho']);
  await expect(ann.composer).toHaveAttribute('aria-activedescendant', 'suggestion-0');
  await ann.composer.press('ArrowDown');
  await expect(offered.nth(1)).toHaveAttribute('aria-selected', 'true');
  await ann.composer.press('ArrowUp');
  await ann.composer.press('Tab');
  await expect(ann.composer).toHaveValue('Hi @Mina Kim ');
  await ann.composer.pressSequentially('and @mi');
  await offered.nth(1).click();
  await ann.composer.pressSequentially(':tada: :rock');
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('Hi @Mina Kim and @Minho 🎉 🚀');
  await ann.composer.pressSequentially(' @mi');
  await ann.composer.press('Escape');
  await expect(offered).toHaveCount(0);
  await expect(ann.composer).toHaveValue(/@mi$/);
  await ann.composer.press('Enter');
  await ann.expectAllSent();
  await expect(ann.rows.first().getByTestId('mention')).toHaveText(['@Mina Kim', '@Minho']);
  await expect(ann.rows.first().getByTestId('row-text')).toHaveText('Hi @Mina Kim and @Minho 🎉 🚀 @mi');

  await ann.composer.press('ArrowUp');
  await expect(ann.composer).toHaveValue('Hi @Mina Kim and @Minho 🎉 🚀 @mi');
  await ann.composer.press('End');
  await ann.composer.pressSequentially('!');
  await ann.composer.press('Enter');
  await expect(ann.rows.first().getByTestId('mention')).toHaveText(['@Mina Kim', '@Minho']);
  await expect(ann.rows.first().getByTestId('edited')).toBeVisible();
});

test('Enter that ends a composition takes no suggestion', async ({ person, wirePerson }) => {
  await wirePerson('미나');
  const ann = await person('Ann');
  await ann.composer.focus();
  await ann.composer.pressSequentially('@');
  const cdp = await ann.page.context().newCDPSession(ann.page);
  await cdp.send('Input.imeSetComposition', { text: '미', selectionStart: 1, selectionEnd: 1 });
  await expect(ann.page.getByTestId('suggestion')).toHaveText(['미미나']);
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 });
  await cdp.send('Input.insertText', { text: '미' });
  await expect(ann.composer).toHaveValue('@미');
  await expect(ann.rows).toHaveCount(0);
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('@미나 ');
  await expect(ann.rows).toHaveCount(0);
});

test('the emoji picker is used by keyboard alone', async ({ person }) => {
  const ann = await person('Ann', DESKTOP);
  await ann.say('hello');
  await ann.expectAllSent();
  const message = new Message(ann.page, ann.rows.first());
  await message.row.focus();
  await ann.page.keyboard.press('Enter');
  await expect(message.tools.getByTestId('react')).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await expect(ann.page.getByTestId('find-emoji')).toBeFocused();
  await ann.page.keyboard.type('파티');
  await ann.page.keyboard.press('ArrowDown');
  await ann.page.keyboard.press('Enter');
  await expect(ann.page.getByTestId('emoji-picker')).toBeHidden();
  await expect(message.row.getByTestId('reaction')).toHaveCount(1);
  await expect(message.tools.getByTestId('react')).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await ann.page.keyboard.press('ArrowDown');
  await ann.page.keyboard.press('ArrowRight');
  await ann.page.keyboard.press('ArrowDown');
  await ann.page.keyboard.press('ArrowUp');
  await ann.page.keyboard.press('ArrowUp');
  await expect(ann.page.getByTestId('find-emoji')).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(ann.page.getByTestId('emoji-picker')).toBeHidden();
});

test('the address of a message is copied', async ({ person }) => {
  const ann = await person('Ann', { permissions: ['clipboard-read', 'clipboard-write'] });
  await ann.say('here');
  await ann.expectAllSent();
  const row = ann.rows.first();
  const seq = await row.getAttribute('data-seq');
  await (await new Message(ann.page, row).openMenu()).getByTestId('copy-link').click();
  await expect(ann.page.getByTestId('toast')).toHaveText('Copied');
  const copied = new URL(await ann.page.evaluate(() => navigator.clipboard.readText()));
  expect(copied.origin).toBe(new URL(ann.page.url()).origin);
  expect(copied.pathname).toMatch(new RegExp(`^/r/[0-9a-f-]{36}/${seq}$`));
});

for (const [device, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`pictures of messages: ${device}, ${colorScheme}`, async ({ person, wirePerson }) => {
      const ben = await wirePerson('Ben');
      const ann = await person('Ann', { ...options, colorScheme });
      const picture = (name: string) =>
        ann.page.screenshot({ animations: 'disabled', path: `test-results/looks/messages-${device}-${colorScheme}-${name}.png` });
      await ben.post(...MARKED.map((text) => ben.item(text)));
      await expect(ann.rows).toHaveCount(3);
      const message = new Message(ann.page, ann.rows.nth(2));
      await picture('marks');
      await ann.composer.fill('@Ben 끝났어요 :tad');
      await ann.composer.press('End');
      await ann.composer.pressSequentially('a');
      await expect(ann.page.getByTestId('suggestions')).toBeVisible();
      await picture('suggestions');
      await ann.composer.press('Enter');
      await ann.sendButton.click();
      await ann.expectAllSent();
      if (device === 'phone') await message.longPress();
      else await message.openMenu();
      await picture('menu');
      await ann.page.getByTestId('menu-react').click();
      await expect(ann.page.getByTestId('find-emoji')).toBeVisible();
      await picture('emoji');
      await ann.page.getByTestId('find-emoji').fill('tada');
      await ann.page.getByTestId('find-emoji').press('Enter');
      await expect(message.reaction('🎉')).toBeVisible();
      if (device === 'phone') await message.longPress();
      else await message.openMenu();
      await ann.page.getByTestId('menu-reply').click();
      await ann.composer.fill('알겠어요');
      await picture('replying');
      await ann.sendButton.click();
      await expect(ann.rows.nth(4).getByTestId('quoted')).toBeVisible();
      await ann.composer.press('ArrowUp');
      await ann.composer.fill('알겠어요, **고마워요**');
      await ann.sendButton.click();
      await expect(ann.rows.nth(4).getByTestId('edited')).toBeVisible();
      await ann.expectAllSent();
      await picture('talk');
      const last = new Message(ann.page, ann.rows.nth(3));
      if (device === 'phone') await last.longPress();
      else await last.openMenu();
      await ann.page.getByTestId('menu-delete').click();
      await expect(ann.page.getByTestId('keep')).toBeFocused();
      await picture('delete');
      await ann.page.getByTestId('delete').click();
      await expect(ann.rows.nth(3).getByTestId('row-aside')).toBeVisible();
      await picture('deleted');
      if (device === 'desktop') {
        await ann.page.getByTestId('open-help').click();
        await picture('help');
      }
    });
  }
}
