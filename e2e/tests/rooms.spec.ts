// Rooms: found by name, by shortcut and by URL.

import type { Locator } from '@playwright/test';
import { ChatPage, Link } from '../pages/chat.js';
import { Message } from '../pages/message.js';
import { Rooms } from '../pages/rooms.js';
import { DESKTOP, expect, numbered, test } from './chat.js';
import { NETWORK } from './console.js';

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

test('unread messages show in the title and in the icon until the page is visible', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  // Ann's page is in the background: another tab of hers is in front.
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
  // The line above the first new message is still visible.
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

test('a link to a public room lets a newcomer in, but nobody back in', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  const [anns, bens] = [new Rooms(ann), new Rooms(ben)];
  await anns.create('design');
  await ann.say('first sketch');
  await ann.expectAllSent();
  const address = ann.page.url();
  await ben.page.goto(address);
  await expect(bens.name).toHaveText(/design$/);
  await expect(ben.row('first sketch')).toBeVisible();
  await expect(ben.page).toHaveURL(address);
  await ben.say('I like it');
  await expect(ann.row('I like it')).toBeVisible();
  // He leaves. The next time, this page is opened as one that had the room open last: he left on another device.
  await bens.leave();
  await expect(bens.name).toHaveText(/general$/);
  await ben.page.evaluate((room) => localStorage.setItem('steadfast.room', room), address.split('/').pop()!);
  await ben.page.goto(address);
  await expect(bens.name).toHaveText(/general$/);
  await expect(bens.link('design')).toHaveCount(0);
});

test('the tools of a room stay where they are while the number of people comes and goes', async ({ person, allowConsole }) => {
  allowConsole(NETWORK.socket);
  const ann = await person('Ann', DESKTOP);
  const { page } = ann;
  const link = await Link.of(page);
  await page.reload();
  await ann.expectConnected();
  await expect(page.getByTestId('online')).toBeVisible();
  await page.getByTestId('room-menu').hover();
  await page.mouse.down();
  await link.cut();
  await expect(page.getByTestId('online')).toBeHidden();
  await page.mouse.up();
  await expect(page.getByTestId('menu')).toBeVisible();
});

test('a public room is made, found, joined, and left', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  const [anns, bens] = [new Rooms(ann), new Rooms(ben)];
  await anns.create('design', { topic: 'What it looks like' });
  await expect(anns.topic).toHaveText('What it looks like');
  await ann.say('first sketch');
  await expect(bens.link('design')).toHaveCount(0);

  await bens.join('design');
  await expect(ben.row('first sketch')).toBeVisible();
  await ben.say('I like it');
  await expect(ann.row('I like it')).toBeVisible();

  await bens.leave();
  await expect(bens.link('design')).toHaveCount(0);
  await expect(bens.name).toHaveText(/general$/);
  await expect(ben.page.getByTestId('out-of-room')).toHaveCount(0);
  await ann.say('nobody else hears this');
  await expect(ben.page.getByText('nobody else hears this')).toHaveCount(0);

  await anns.reveal();
  await ann.page.getByTestId('open-new-room').click();
  await ann.page.getByTestId('new-room-create').click();
  await expect(ann.page.getByTestId('new-room-name-hint')).toContainText('name');
  await ann.page.getByTestId('new-room-name').fill('Design');
  await ann.page.getByTestId('new-room-create').click();
  await expect(ann.page.getByTestId('new-room-name-hint')).toContainText('Another room');
});

test('a private room is for invited people, and a removed person is told', async ({ person }) => {
  const [ann, ben, cho] = [await person('Ann'), await person('Ben'), await person('Cho')];
  const [anns, bens, chos] = [new Rooms(ann), new Rooms(ben), new Rooms(cho)];
  await anns.create('secret', { private: true });
  await expect(anns.name.getByTestId('private-mark')).toBeVisible();
  await ann.say('for few');
  await anns.invite('Ben');
  await expect(bens.link('secret')).toBeVisible();
  await bens.open('secret');
  await ben.expectAllSent();
  await expect(ben.row('for few')).toBeVisible();
  await expect(chos.link('secret')).toHaveCount(0);
  const address = ann.page.url();
  await cho.page.goto(address);
  await expect(cho.page.getByTestId('toast')).toContainText('room does not exist');
  await expect(chos.name).toHaveText(/general$/);

  const people = await anns.members();
  await expect(people).toHaveCount(2);
  await people.filter({ hasText: 'Ben' }).getByRole('button').click();
  await ann.page.getByTestId('member-remove').click();
  await expect(people).toHaveCount(1);
  await expect(ben.page.getByTestId('out-of-room')).toContainText('secret');
  await expect(bens.link('secret')).toHaveCount(0);
  await expect(bens.name).toHaveText(/general$/);
  await expect(ben.page.getByText('for few')).toHaveCount(0);
  await ben.page.getByTestId('out-of-room-ok').click();
  await expect(ben.page.getByTestId('out-of-room')).toHaveCount(0);
});

test('a room is renamed and described for everybody, archived, and opened again', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  const [anns, bens] = [new Rooms(ann), new Rooms(ben)];
  await anns.create('plans');
  await bens.join('plans');
  await ben.page.getByTestId('room-menu').click();
  await expect(ben.page.getByTestId('room-leave')).toBeVisible();
  await expect(ben.page.getByTestId('room-change')).toHaveCount(0);
  await ben.page.keyboard.press('Escape');

  await anns.choose('room-change');
  await ann.page.getByTestId('room-name').nth(1).fill('plans for June');
  await ann.page.getByTestId('room-topic').nth(1).fill('Before it is July');
  await ann.page.getByTestId('room-save').click();
  await expect(bens.name).toHaveText(/plans for June$/);
  await expect(bens.topic).toHaveText('Before it is July');
  await expect(ben.page).toHaveTitle(/#plans for June/);
  await ben.say('a plan');
  const plan = new Message(ben.page, ben.row('a plan'));
  await plan.react('tada');
  await ben.expectUnsent(0);

  await anns.choose('room-change');
  await ann.page.getByTestId('room-archive').click();
  for (const chat of [ann, ben]) {
    await expect(chat.page.getByTestId('archived')).toContainText('archived');
    await expect(chat.composer).toHaveCount(0);
  }
  // The page offers only what the server accepts there.
  for (const chat of [ann, ben]) {
    const reaction = new Message(chat.page, chat.row('a plan')).reaction('🎉');
    await expect(reaction, 'it says that it cannot be pressed').toBeDisabled();
    const pressed = await reaction.getAttribute('aria-pressed');
    await reaction.click({ force: true });
    await expect(reaction).toHaveAttribute('aria-pressed', pressed!);
  }
  await expect(ben.page.getByTestId('add-reaction')).toBeHidden();
  await plan.openMenu();
  await expect(plan.tools.getByRole('button')).toHaveCount(1);
  await expect(ben.page.getByRole('menuitem')).toHaveText([/reacted/, /Copy/, /Copy/, /Delete/]);
  await ben.page.keyboard.press('Escape');
  await anns.choose('room-change');
  await ann.page.getByTestId('room-archive').click();
  await ben.say('still here');
  await expect(ann.row('still here')).toBeVisible();
});

test('people write to each other, two or a few, and there is one conversation of the same people', async ({ person }) => {
  const [ann, ben, cho] = [await person('Ann'), await person('Ben'), await person('Cho')];
  const [anns, bens, chos] = [new Rooms(ann), new Rooms(ben), new Rooms(cho)];
  const people = await anns.members();
  await people.filter({ hasText: 'Ben' }).getByRole('button').click();
  await ann.page.getByTestId('member-write').click();
  await expect(anns.name).toHaveText('Ben');
  await ann.say('just us');
  await bens.open('Ann');
  await expect(ben.row('just us')).toBeVisible();
  await expect(chos.link('Ann')).toHaveCount(0);
  await ben.page.getByTestId('room-menu').click();
  await expect(ben.page.getByTestId('room-date')).toBeVisible();
  await expect(ben.page.getByTestId('room-leave')).toHaveCount(0);
  await ben.page.keyboard.press('Escape');

  await bens.writeTo('Ann', 'Cho');
  await expect(bens.name).toHaveText('Ann, Cho');
  await ben.say('the three of us');
  await chos.open('Ann, Ben');
  await expect(cho.row('the three of us')).toBeVisible();

  // The palette leads to the existing conversation.
  await anns.open('general');
  await ann.page.keyboard.press('Control+k');
  await expect(ann.page.getByTestId('palette-input')).toBeFocused();
  await ann.page.keyboard.type('cho');
  await expect(ann.page.getByTestId('palette-offer').first()).toBeVisible();
  const offers = ann.page.getByTestId('palette-offer');
  await offers.filter({ hasText: /^Cho$/ }).click();
  await expect(anns.name).toHaveText('Cho');
  await ann.say('hello Cho');
  await chos.open('Ann');
  await cho.say('hello Ann');
  await expect(ann.row('hello Ann')).toBeVisible();
  await expect(anns.link('Ben')).toHaveCount(1);
});

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`long names leave everything in its place at ${viewport.width} pixels`, async ({ person }) => {
    const name = 'Quarterly_Planning_and_Budget_Review_2026_Q4_internal_only';
    const long = await person('Maximilian-Schwarzenegger-Müller', { viewport });
    const rooms = new Rooms(long);
    await rooms.create(name);
    const { page } = long;
    // A panel slides to its place.
    const within = (what: Locator) =>
      expect(async () => {
        const box = (await what.boundingBox())!;
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width, `${await what.textContent()} ends on the screen`).toBeLessThanOrEqual(viewport.width);
      }).toPass({ timeout: 10_000 });
    const pageStays = async () =>
      expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing can be moved sideways').toBe(viewport.width);
    await pageStays();
    await within((await rooms.members()).first().getByTestId('presence'));
    await pageStays();
    await page.keyboard.press('Escape');
    await long.detailsButton.click();
    await expect(long.detailsPanel).toContainText(name);
    await expect(long.detailsPanel).toContainText('Maximilian');
    await pageStays();
    expect(await long.detailsPanel.evaluate((panel) => panel.scrollWidth <= panel.clientWidth), 'nor can the details').toBe(true);
    await page.keyboard.press('Escape');
    await rooms.reveal();
    await page.getByTestId('open-browse').click();
    const entry = page.getByTestId('listed-enter').first();
    await expect(entry).toBeVisible();
    const dialog = (await page.getByTestId('browse').boundingBox())!;
    const button = (await entry.boundingBox())!;
    expect(button.x + button.width).toBeLessThanOrEqual(dialog.x + dialog.width);
  });
}

test('words about a private room or a conversation name it as its mark does', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const ann = await person('Ann');
  const rooms = new Rooms(ann);
  await rooms.create('plans', { private: true });
  await expect(ann.page.getByTestId('private-mark').first()).toBeVisible();
  await expect(ann.composer).toHaveAccessibleName('Write to plans');
  await expect(ann.timeline.getByText('This is the beginning of plans.')).toBeVisible();
  await expect(ann.page).toHaveTitle('plans · Steadfast');
  await expect(ann.timeline.getByTestId('row-aside')).toHaveText('Ann created this room.');
  // Nobody sent that.
  await expect(ann.timeline.locator('.row-state')).toHaveCount(0);
  await ann.say('said in private');
  await expect(ann.timeline.locator('.row-state')).toHaveCount(1);

  const author = (await ann.rows.last().getAttribute('data-author'))!;
  const direct = await ben.ask('room:direct', { with: [author] });
  await ben.ask('send', [{ ...ben.item('between us'), room: direct.id }]);
  await rooms.open('Ben');
  await expect(ann.row('between us')).toBeVisible();
  await expect(ann.timeline.getByTestId('row-aside')).toHaveText('Ben started this conversation.');
});

test('on the smallest screens choices stay in one line, and a long text leaves room for the conversation', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const ann = await person('Ann', { viewport: { width: 320, height: 568 } });
  await ben.post(...numbered('hello', 5).map((text) => ben.item(text)));
  await new Rooms(ann).reveal();
  await ann.settings.click();
  const choices = ann.page.locator('.segment', { has: ann.page.locator('[name=theme]') });
  await expect(choices).toHaveCount(3);
  const boxes = await choices.evaluateAll((all) =>
    all.map((choice) => choice.getBoundingClientRect()).map(({ top, height, right }) => ({ top, height, right })),
  );
  expect(new Set(boxes.map(({ top }) => top)).size, JSON.stringify(boxes)).toBe(1);
  expect(new Set(boxes.map(({ height }) => height)).size, JSON.stringify(boxes)).toBe(1);
  expect(Math.max(...boxes.map(({ right }) => right))).toBeLessThan(320);
  await ann.page.keyboard.press('Escape');
  await ann.page.keyboard.press('Escape');
  // A desktop of 1280 × 1024 at 400 %.
  await ann.page.setViewportSize({ width: 320, height: 256 });
  await ann.composer.fill(numbered('line', 8).join('\n'));
  await expect.poll(() => ann.timeline.evaluate((timeline) => timeline.clientHeight)).toBeGreaterThanOrEqual(80);
  await expect(ann.row('hello 5')).toBeInViewport();
});
