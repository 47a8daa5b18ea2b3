// The look of messages, and actions on them.

import AxeBuilder from '@axe-core/playwright';
import { Message } from '../pages/message.js';
import { DESKTOP, expect, PHONE, test } from './chat.js';

const MARKED = [
  'Release **2.4** is *out* — ~~tomorrow~~ today! Run `steadfast --version`, then see https://example.com/notes_(2.4).',
  '```rust\nfn main() {\n    println!("stored once, shown once, in the same order for everyone: {}", "and this line is far too long for any phone");\n}\n```',
  '> Is it safe?\n> Nothing is lost.\n\nWhat is left:\n1. the notes\n2. the [wiki](https://example.com/wiki)\n   - one page\n   - and another\n\n끝나면 **알려** 주세요.',
];

test('marks are formatted, and HTML is text', async ({ person }) => {
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

test('messages of a group stand line below line, each with its state beside it', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say('first', 'second', 'third');
  await ann.expectAllSent();
  for (const row of await ann.rows.all()) {
    const [text, state] = await Promise.all([row.getByTestId('row-text').boundingBox(), row.locator('.row-state').boundingBox()]);
    expect(Math.abs(text!.y - state!.y)).toBeLessThan(4);
  }
  const [second, third] = await Promise.all([1, 2].map((nth) => ann.rows.nth(nth).getByTestId('row-text').boundingBox()));
  expect(third!.y - second!.y).toBeLessThan(1.4 * second!.height);
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

test('a pointer at rest takes no actions from the keyboard, and one that moves leaves the focus in its row', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say('first', 'second');
  await ann.expectAllSent();
  const [first, second] = [ann.rows.nth(0), ann.rows.nth(1)];
  const tools = new Message(ann.page, second).tools;
  await ann.timeline.focus();
  await ann.page.keyboard.press('ArrowUp');
  await ann.page.keyboard.press('Enter');
  await expect(tools.locator(':focus')).toHaveCount(1);
  // What a browser says when rows move under the pointer.
  await first.dispatchEvent('pointerover', { pointerType: 'mouse', bubbles: true });
  await expect(tools.locator(':focus')).toHaveCount(1);
  await tools.getByTestId('more').press('Enter');
  const menu = ann.page.getByTestId('menu');
  await expect(menu.getByRole('menuitem').first()).toBeFocused();
  await first.hover();
  await expect(tools).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await expect(tools.getByTestId('more')).toBeFocused();
  await ann.page.mouse.move(0, 0);
  await first.hover();
  await expect(new Message(ann.page, first).tools).toBeVisible();
  await expect(second).toBeFocused();
});

test('a long press opens a sheet, a tap beside it closes it', async ({ person }) => {
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

test('a name typed in full is a mention, unless Escape or a longer name says otherwise', async ({ person, wirePerson }) => {
  await wirePerson('Mina');
  await wirePerson('Mina Kim');
  const ben = await person('Ben');
  const ann = await person('Ann');
  await expect(ann.page.getByTestId('online')).toContainText('4');
  await ann.composer.pressSequentially('hi @ben, are you there?');
  await ann.composer.press('Enter');
  const text = (place: number) => ben.rows.nth(place).getByTestId('row-text');
  await expect(text(0)).toHaveText('hi @Ben, are you there?');
  await expect(text(0).locator('.mention')).toHaveText('@Ben');
  await ann.composer.pressSequentially('as @ben');
  await expect(ann.page.getByTestId('suggestion')).toHaveCount(1);
  await ann.composer.press('Escape');
  await ann.composer.pressSequentially(' wrote, @Mina knows');
  await ann.composer.press('Enter');
  await expect(text(1)).toHaveText('as @ben wrote, @Mina knows');
  await expect(text(1).locator('.mention')).toHaveCount(0);
});

test('people and emoji are completed after a few keys', async ({ person, wirePerson }) => {
  await wirePerson('Mina Kim');
  await wirePerson('Minho');
  const ann = await person('Ann');
  await expect(ann.page.getByTestId('online')).toContainText('3');
  const offered = ann.page.getByTestId('suggestion');
  await ann.composer.pressSequentially('Hi @mi');
  await expect(offered).toHaveText(['MKMina Kim', 'MMinho']);
  const list = ann.page.getByRole('listbox', { name: 'Suggestions' });
  await expect(list.getByRole('option', { selected: true })).toHaveAttribute('id', 'suggestion-0');
  await expect(ann.composer).toHaveAttribute('aria-controls', (await list.getAttribute('id'))!);
  await expect(ann.composer).toHaveAttribute('aria-autocomplete', 'list');
  await expect(ann.composer).toHaveAttribute('aria-activedescendant', 'suggestion-0');
  await ann.composer.press('ArrowDown');
  await expect(offered.nth(1)).toHaveAttribute('aria-selected', 'true');
  await ann.composer.press('ArrowUp');
  await ann.composer.press('Tab');
  await expect(ann.composer).toHaveValue('Hi @Mina Kim ');
  await ann.composer.pressSequentially('and @mi');
  await offered.nth(1).click();
  // The table of emoji may still be on its way.
  await ann.composer.pressSequentially(':tada:');
  await expect(ann.composer).toHaveValue('Hi @Mina Kim and @Minho 🎉');
  await ann.composer.pressSequentially(' :rock');
  await expect(offered.first()).toContainText('🚀');
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('Hi @Mina Kim and @Minho 🎉 🚀');
  await ann.composer.pressSequentially(' @mi');
  await expect(offered).toHaveCount(2);
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
  const ann = await person('Ann');
  await ann.composer.focus();
  await ann.composer.pressSequentially('@');
  const cdp = await ann.page.context().newCDPSession(ann.page);
  await cdp.send('Input.imeSetComposition', { text: '미', selectionStart: 1, selectionEnd: 1 });
  // She is offered although she joined after the name was begun.
  await wirePerson('미나');
  await expect(ann.page.getByTestId('suggestion')).toHaveText(['미미나']);
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 });
  await cdp.send('Input.insertText', { text: '미' });
  await expect(ann.composer).toHaveValue('@미');
  await expect(ann.rows).toHaveCount(0);
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('@미나 ');
  await expect(ann.rows).toHaveCount(0);
});

test('a suggestion is chosen by a click while a syllable is composed', async ({ person, wirePerson }) => {
  await wirePerson('미나');
  const ann = await person('Ann');
  await ann.composer.focus();
  await ann.composer.pressSequentially('@');
  const cdp = await ann.page.context().newCDPSession(ann.page);
  await cdp.send('Input.imeSetComposition', { text: '미', selectionStart: 1, selectionEnd: 1 });
  await ann.page.getByTestId('suggestion').click();
  await expect(ann.composer).toHaveValue('@미나 ');
  await expect(ann.composer).toBeFocused();
  await ann.composer.press('Enter');
  await expect(ann.rows.first().getByTestId('mention')).toHaveText('@미나');
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
  test(`menus and pickers of messages pass axe, light and dark: ${device}`, async ({ person, wirePerson }) => {
    test.slow();
    const ben = await wirePerson('Ben');
    const ann = await person('Ann', { ...options, reducedMotion: 'reduce' });
    const look = async (name: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await ann.page.emulateMedia({ colorScheme });
        await ann.page.screenshot({
          animations: 'disabled',
          path: `test-results/looks/messages-${device}-${colorScheme}-${name}.png`,
        });
        // Two lines of emoji are enough: the others are alike, and there are hundreds.
        const axe = new AxeBuilder({ page: ann.page }).exclude('.emoji:nth-child(n + 17)');
        if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
        const { violations } = await axe.analyze();
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        expect.soft(found, `${name}, ${colorScheme}`).toEqual([]);
      }
      await ann.page.emulateMedia({ colorScheme: 'light' });
    };
    await ben.post(...MARKED.map((text) => ben.item(text)));
    await expect(ann.rows).toHaveCount(3);
    const message = new Message(ann.page, ann.rows.nth(2));
    await look('marks');
    await ann.composer.fill('@Ben 끝났어요 :tad');
    await ann.composer.press('End');
    await ann.composer.pressSequentially('a');
    await expect(ann.page.getByTestId('suggestions')).toBeVisible();
    await look('suggestions');
    await ann.composer.press('Enter');
    await ann.sendButton.click();
    await ann.expectAllSent();
    if (device === 'phone') await message.longPress();
    else await message.openMenu();
    await look('menu');
    await ann.page.getByTestId('menu-react').click();
    await expect(ann.page.getByTestId('find-emoji')).toBeVisible();
    await look('emoji');
    await ann.page.getByTestId('find-emoji').fill('tada');
    await ann.page.getByTestId('find-emoji').press('Enter');
    await expect(message.reaction('🎉')).toBeVisible();
    await message.choose('menu-reply');
    await ann.composer.fill('알겠어요');
    await look('replying');
    await ann.sendButton.click();
    await expect(ann.rows.nth(4).getByTestId('quoted')).toBeVisible();
    await ann.expectAllSent();
    await ann.composer.press('ArrowUp');
    await ann.composer.fill('알겠어요, **고마워요**');
    await look('editing');
    await ann.sendButton.click();
    await expect(ann.rows.nth(4).getByTestId('edited')).toBeVisible();
    await ann.expectAllSent();
    await look('talk');
    await new Message(ann.page, ann.rows.nth(3)).choose('menu-delete');
    await expect(ann.page.getByTestId('keep')).toBeFocused();
    await look('delete');
    await ann.page.getByTestId('delete').click();
    await expect(ann.rows.nth(3).getByTestId('row-aside')).toBeVisible();
    await look('deleted');
    if (device === 'desktop') {
      await ann.page.getByTestId('open-help').click();
      await look('help');
    }
  });
}
