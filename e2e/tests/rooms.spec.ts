// Rooms: found by name, by key and by address.

import { ChatPage } from '../pages/chat.js';
import { expect, test } from './chat.js';

test('a room has an address, and an address that leads nowhere leads to a room', async ({ person }) => {
  const ann = await person('Ann');
  await expect(ann.page).toHaveURL(/\/r\/[0-9a-f-]{36}$/);
  const address = ann.page.url();
  await ann.say('here');
  await ann.page.goto('/');
  await expect(ann.page).toHaveURL(address);
  await ann.expectTexts(['here']);
  await ann.page.goto('/r/00000000-0000-7000-8000-000000000000');
  await expect(ann.page).toHaveURL(address);
  await ann.expectTexts(['here']);
});

test('the palette opens by its key, finds, and closes', async ({ person }) => {
  const ann = await person('Ann');
  const palette = ann.page.getByTestId('palette');
  await ann.page.keyboard.press('Control+k');
  await expect(palette).toBeVisible();
  await expect(ann.page.getByTestId('palette-input')).toBeFocused();
  await ann.page.keyboard.type('gnrl');
  await expect(ann.page.getByTestId('palette-offer')).toHaveText(['#general']);
  await ann.page.keyboard.type('xyz');
  await expect(ann.page.getByTestId('palette-offer')).toHaveCount(0);
  await ann.page.keyboard.press('Escape');
  await expect(palette).toHaveCount(0);
  await expect(ann.composer).toBeFocused();
  await ann.timeline.focus();
  await ann.page.keyboard.press('?');
  await expect(ann.page.getByTestId('shortcuts')).toBeVisible();
});

test('what is unread shows in the title and in the icon, until somebody looks', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  // Nobody looks at Ann's page: another tab of hers is in front.
  await ann.page.evaluate(() => {
    Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true });
    window.dispatchEvent(new Event('blur'));
  });
  const icon = ann.page.locator('link[rel=icon]');
  const plain = await icon.getAttribute('href');
  await ben.say('one', 'two');
  await expect(ann.page).toHaveTitle('(2) #general · Steadfast');
  await expect(icon).toHaveAttribute('href', /^data:image\/svg/);
  await expect(ann.page.getByTestId('new-line')).toHaveCount(1);
  await ann.page.evaluate(() => {
    Object.defineProperty(document, 'hasFocus', { value: () => true, configurable: true });
    window.dispatchEvent(new Event('focus'));
  });
  await expect(ann.page).toHaveTitle('#general · Steadfast');
  await expect(icon).toHaveAttribute('href', new RegExp(`${plain}$`));
  // Where the new messages began is still to be seen.
  await expect(ann.page.getByTestId('new-line')).toHaveCount(1);
  await ann.say('answered');
  await expect(ann.page.getByTestId('new-line')).toHaveCount(0);
});

test('a theme is chosen, and stays', async ({ person }) => {
  const ann = await person('Ann', { colorScheme: 'light' });
  const ground = () => ann.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await ann.settings.click();
  await ann.page.getByTestId('theme-dark').check();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await ann.page.reload();
  await expect.poll(ground).toBe(dark);
});

test('on a phone the rooms are drawn over the conversation', async ({ profile }) => {
  const page = await (await profile({ viewport: { width: 390, height: 844 }, hasTouch: true })).newPage();
  const ann = new ChatPage(page);
  await ann.join('Ann');
  const sidebar = page.getByTestId('sidebar');
  await expect(sidebar).toBeHidden();
  await page.getByTestId('rooms-open').click();
  await expect(sidebar).toBeVisible();
  await page.getByTestId('room-link').click();
  await expect(sidebar).toBeHidden();
});
