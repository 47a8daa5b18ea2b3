// Reading and copying: the end stays in view whatever grows, nothing moves under a pointer, and only visible text is copied.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { ChatPage, Link } from '../pages/chat.js';
import { Message } from '../pages/message.js';
import { Rooms } from '../pages/rooms.js';
import { makeRoom } from '../wire/rooms.mjs';
import { DESKTOP, expect, numbered, PHONE, test } from './chat.js';

/** Milliseconds between two keys of a person who types. */
const TYPING = { delay: 35 };

const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

/** The distance of the view from the end, in pixels. */
const fromEnd = (chat: ChatPage): Promise<number> =>
  chat.timeline.evaluate((view) => view.scrollHeight - view.clientHeight - view.scrollTop);

/** Waits until the view is at the end, and stays there for several frames. */
async function expectAtEnd(chat: ChatPage, when: string): Promise<void> {
  await chat.quiet();
  expect(await fromEnd(chat), when).toBeLessThanOrEqual(1);
}

for (const [device, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  test(`fault_f05 a composer that grows and shrinks leaves the view at the end: ${device}`, async ({ person, wirePerson }) => {
    const ben = await wirePerson('Ben');
    await ben.post(...numbered('before', 60).map((text) => ben.item(text)));
    const ann = await person('Ann', options);
    await expect(ann.row('before 60')).toBeVisible();
    await expectAtEnd(ann, 'after opening');
    await ann.composer.focus();
    for (let line = 1; line <= 8; line += 1) {
      await ann.composer.pressSequentially(`line ${line}`, TYPING);
      await ann.composer.press('Shift+Enter');
      await expectAtEnd(ann, `after line ${line}`);
    }
    await ben.post(ben.item('said meanwhile'));
    await expect(ann.row('said meanwhile')).toBeInViewport({ ratio: 1 });
    await expectAtEnd(ann, 'after a message');
    await expect(ann.page).toHaveTitle(/^#general/);
    await expect(ann.newMessages).toHaveCount(0);
    await ann.composer.press('ControlOrMeta+a');
    await ann.composer.press('Delete');
    await expectAtEnd(ann, 'after everything was deleted');
  });
}

test('fault_f05 a last message that grows leaves the view at the end', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  await ben.post(...numbered('before', 60).map((text) => ben.item(text)));
  const ann = await person('Ann');
  const cho = await person('Cho');
  await cho.say('the last');
  await expect(ann.row('the last')).toBeVisible();
  await new Message(cho.page, cho.row('the last')).react('tada');
  await expect(ann.page.getByTestId('reaction')).toHaveCount(1);
  await expectAtEnd(ann, 'after a reaction');
  await cho.composer.press('ArrowUp');
  await cho.composer.fill(numbered('line', 30).join('\n'));
  await cho.composer.press('Enter');
  await expect(ann.rows.last().getByTestId('row-text')).toContainText('line 30');
  await expectAtEnd(ann, 'after an edit');
  for (const width of [500, 1_200]) {
    await ann.page.setViewportSize({ width, height: 700 });
    await expectAtEnd(ann, `${width} pixels wide`);
  }
});

test('fault_f05 a person who reads further up stays there while the composer grows', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  await ben.post(...numbered('before', 60).map((text) => ben.item(text)));
  const ann = await person('Ann');
  await expect(ann.row('before 60')).toBeVisible();
  await ann.quiet();
  await ann.timeline.hover();
  await ann.page.mouse.wheel(0, -500);
  await ann.quiet();
  const read = await ann.rows.evaluateAll((rows) => rows.findIndex((row) => row.getBoundingClientRect().top > 200));
  const top = async () => (await ann.rows.nth(read).boundingBox())!.y;
  const before = await top();
  for (let line = 1; line <= 4; line += 1) {
    await ann.composer.pressSequentially('more', TYPING);
    await ann.composer.press('Shift+Enter');
  }
  await ann.quiet();
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
});

test('fault_f05 a phone’s keyboard, drawn over the page or beside it, leaves the view at the end', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  await ben.post(...numbered('before', 60).map((text) => ben.item(text)));
  const ann = await person('Ann', PHONE);
  await expect(ann.row('before 60')).toBeVisible();
  await expectAtEnd(ann, 'after opening');
  const { width, height } = ann.page.viewportSize()!;
  // Beside the page, as in Chromium: the page gets a new layout.
  await ann.page.setViewportSize({ width, height: height - 300 });
  await expectAtEnd(ann, 'with a keyboard beside');
  await ann.page.setViewportSize({ width, height });
  await expectAtEnd(ann, 'without it again');
  // Over the page, as in Safari: only `visualViewport` reports it.
  const cover = (covered: number) =>
    ann.page.evaluate((covered) => {
      const visible = window.innerHeight - covered;
      Object.defineProperty(window.visualViewport!, 'height', { value: visible, configurable: true });
      window.visualViewport!.dispatchEvent(new Event('resize'));
      return visible;
    }, covered);
  const visible = await cover(300);
  await expectAtEnd(ann, 'with a keyboard over the page');
  const composer = (await ann.composer.boundingBox())!;
  expect(composer.y + composer.height).toBeLessThanOrEqual(visible);
  await cover(0);
  await expectAtEnd(ann, 'without it again');
  const below = (await ann.composer.boundingBox())!;
  expect(below.y).toBeGreaterThan(visible);
});

test('fault_f12 "Copy text" gives people by their names', async ({ person, wirePerson }) => {
  await wirePerson('Jun');
  const ann = await person('Ann', CLIPBOARD);
  await expect(ann.page.getByTestId('online')).toContainText('2');
  await ann.composer.pressSequentially('**see** @Ju', TYPING);
  await expect(ann.page.getByTestId('suggestion')).toHaveCount(1);
  await ann.composer.press('Tab');
  await ann.composer.pressSequentially('please', TYPING);
  await ann.composer.press('Enter');
  await ann.expectAllSent();
  await expect(ann.rows.first().getByTestId('mention')).toHaveText('@Jun');
  await new Message(ann.page, ann.rows.first()).choose('copy-text');
  await expect(ann.page.getByTestId('toast')).toHaveText('Copied');
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe('**see** @Jun please');
});

test('fault_f17 marks stacked on letters stay in their message', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say('above 1', 'above 2', 'above 3');
  const stacked = `up${'\u0300\u0301\u0302\u0316\u0317'.repeat(30)} and down`;
  await ann.say(stacked);
  await ann.say('below');
  await ann.expectAllSent();
  await ann.quiet();
  const row = ann.rows.nth(3);
  // However this machine's fonts draw the marks: ink far outside of the line.
  await row.getByTestId('row-text').evaluate((text) => {
    (text as HTMLElement).style.textShadow = '0 -40px currentColor, 0 40px currentColor';
  });
  await ann.page.mouse.move(0, 0);
  for (const other of [2, 4]) {
    const clip = (await ann.rows.nth(other).getByTestId('row-text').boundingBox())!;
    const seen = () => ann.page.screenshot({ clip, animations: 'disabled', caret: 'hide' });
    const withMarks = await seen();
    await row.evaluate((row) => ((row as HTMLElement).style.visibility = 'hidden'));
    expect((await seen()).equals(withMarks), `the row ${other === 2 ? 'above' : 'below'} is its own`).toBe(true);
    await row.evaluate((row) => ((row as HTMLElement).style.visibility = ''));
  }
});

/** A time zone in which it is three in the afternoon, and the hours from there to UTC. */
function afternoon(): { timezoneId: string; east: number } {
  const east = ((15 - new Date().getUTCHours() + 11) % 24 + 24) % 24 - 11;
  return { timezoneId: `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`, east };
}

test('fault_f20 "Today" becomes "Yesterday" at midnight, and the day before after a sleep', async ({ profile }) => {
  // Midnight must not come by itself.
  const { timezoneId, east } = afternoon();
  const page = await (await profile({ timezoneId })).newPage();
  await page.clock.install();
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.say('said today');
  await ann.expectAllSent();
  const day = page.locator('.day');
  await expect(day).toHaveText('Today');
  // The seconds left of the browser's day.
  const here = new Date(Date.now() + east * 60 * 60 * 1000);
  const left = 24 * 60 * 60 - (here.getUTCHours() * 3600 + here.getUTCMinutes() * 60 + here.getUTCSeconds());
  await page.clock.fastForward((left - 60) * 1000);
  await expect(day).toHaveText('Today');
  await page.clock.runFor(70_000);
  await expect(day).toHaveText('Yesterday');
  // Asleep through the next midnight: no timer has run, and then a person looks again.
  await page.clock.setSystemTime(Date.now() + (left + 24 * 60 * 60 + 60) * 1000);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(day).toHaveText(/^\w+day, /);
});

test('what arrives while the person is away stays unread until they do something', async ({ profile, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const page = await (await profile()).newPage();
  await page.clock.install();
  const ann = new ChatPage(page);
  await ann.join('Ann');
  await ann.say('off to lunch');
  await ann.expectAllSent();
  await page.clock.fastForward(6 * 60 * 1000);
  await ann.expectConnected();
  await ben.post(ben.item('hello?'), ben.item('are you there?'));
  await expect(ann.row('are you there?')).toBeVisible();
  await expect(page).toHaveTitle(/^\(2\) #general/);
  await expect(page.getByTestId('new-line')).toHaveCount(1);
  await page.mouse.move(300, 300);
  await expect(page).toHaveTitle(/^#general/);
  // It says where to begin, until the person leaves.
  await expect(page.getByTestId('new-line')).toHaveCount(1);
});

test('what was missed while the page was cut off stays unread until the person does something', async ({ profile, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const ann = new ChatPage(await (await profile()).newPage());
  const link = await Link.of(ann.page);
  await ann.join('Ann');
  await ann.say('closing the laptop');
  await ann.expectAllSent();
  await link.cut();
  await ann.page.waitForTimeout(6_000);
  await ben.post(ben.item('missed 1'), ben.item('missed 2'));
  link.mend();
  await ann.expectConnected();
  await expect(ann.row('missed 2')).toBeVisible();
  await expect(ann.page).toHaveTitle(/^\(2\) #general/);
  await expect(ann.page.getByTestId('new-line')).toHaveCount(1);
  await ann.page.mouse.move(300, 300);
  await expect(ann.page).toHaveTitle(/^#general/);
  // A person who is there reads on over a short interruption.
  await ann.interrupt(() => link.drop());
  await ann.expectConnected();
  await ben.post(ben.item('and on'));
  await expect(ann.row('and on')).toBeVisible();
  await ann.quiet();
  await expect(ann.page).toHaveTitle(/^#general/);
});

test('fault_f21 the room list holds still while the pointer is over it', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const ann = await person('Ann');
  await ann.say('hello');
  await ann.expectAllSent();
  const author = (await ann.rows.last().getAttribute('data-author'))!;
  const rooms = new Rooms(ann);
  for (const name of ['ccc', 'bbb']) await rooms.create(name);
  const listed = () => rooms.list.locator('.sidebar-name').allTextContents();
  await expect.poll(listed).toEqual(['bbb', 'ccc', 'general']);
  await rooms.link('ccc').hover();
  const place = (await rooms.link('ccc').boundingBox())!;
  // A message moves its room up, and a room that one is invited to begins there.
  await ben.post(ben.item('up'));
  await makeRoom(ben, 'aaa', { kind: 'private', people: [{ id: author }] });
  await expect(rooms.link('general').getByTestId('unread')).toHaveText('1');
  await expect(rooms.link('aaa')).toHaveCount(1);
  expect(await listed()).toEqual(['bbb', 'ccc', 'general', 'aaa']);
  expect(await rooms.link('ccc').boundingBox()).toEqual(place);
  await ann.page.mouse.click(place.x + place.width / 2, place.y + place.height / 2);
  await expect(rooms.name).toHaveText(/ccc$/);
  // The pointer has left: everything moves to its place.
  await ann.composer.hover();
  await expect.poll(listed).toEqual(['aaa', 'general', 'bbb', 'ccc']);
});

test('fault_f23 Ctrl+Enter and Meta+Enter send where Enter breaks the line, too', async ({ person }) => {
  const ann = await person('Ann', PHONE);
  await ann.composer.tap();
  await ann.composer.pressSequentially('one', TYPING);
  await ann.composer.press('Enter');
  await ann.composer.pressSequentially('two', TYPING);
  await expect(ann.composer).toHaveValue('one\ntwo');
  await ann.composer.press('Control+Enter');
  await expect(ann.composer).toHaveValue('');
  await ann.composer.pressSequentially('three', TYPING);
  await ann.composer.press('Meta+Enter');
  await ann.expectTexts(['one\ntwo', 'three']);
});

test('fault_f24 a selection takes along what is seen', async ({ person }) => {
  const ann = await person('Ann', CLIPBOARD);
  const ben = await person('Ben');
  await ann.say('first', 'second');
  await ann.expectAllSent();
  await ben.expectTexts(['first', 'second']);
  await ben.say('third');
  await ann.expectTexts(['first', 'second', 'third']);
  const from = (await ann.row('first').getByTestId('row-text').boundingBox())!;
  const to = (await ann.row('third').getByTestId('row-text').boundingBox())!;
  await ann.page.mouse.move(from.x + 1, from.y + from.height / 2);
  await ann.page.mouse.down();
  await ann.page.mouse.move(to.x + 60, to.y + to.height / 2, { steps: 12 });
  await ann.page.mouse.up();
  await ann.page.keyboard.press('ControlOrMeta+c');
  const copied = await ann.page.evaluate(() => navigator.clipboard.readText());
  const lines = copied.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const seen = await ann.rows.last().locator('.row-head').innerText();
  expect(lines.join(' ')).toBe(`first second ${seen.split('\n').join(' ').replace(/\s+/g, ' ')} third`);
  expect(copied).not.toContain('Sent');
});

// The hour may end while the test runs.
for (const [locale, aside] of [['en-US', /^[34]:\d{2}$/], ['en-GB', /^1[56]:\d{2}$/], ['ko-KR', /^[34]:\d{2}$/]] as const) {
  test(`fault_times_are_told_one_way in the head of a group and in its margin: ${locale}`, async ({ profile }) => {
    const ann = new ChatPage(await (await profile({ locale, timezoneId: afternoon().timezoneId })).newPage());
    await ann.join('Ann');
    await ann.say('head', 'below');
    await ann.expectAllSent();
    const [head, margin] = await ann.rows.locator('time').allTextContents();
    expect(margin).toMatch(aside);
    expect(head).toContain(margin!.split(':')[0]!);
    expect(head).not.toMatch(locale === 'en-GB' ? /PM/ : /1[56]:/);
  });
}

test('fault_an_emptied_edit asks whether the message shall be deleted', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say('keep me', 'drop me');
  await ann.expectAllSent();
  const empty = async () => {
    await ann.composer.press('ArrowUp');
    await expect(ann.composer).toHaveValue('drop me');
    await ann.composer.press('ControlOrMeta+a');
    await ann.composer.press('Delete');
    await ann.composer.press('Enter');
  };
  await empty();
  const question = ann.page.getByTestId('delete-message');
  await expect(question).toBeVisible();
  await question.getByTestId('keep').click();
  await expect(question).toHaveCount(0);
  await ann.expectTexts(['keep me', 'drop me']);
  // The edit is still in progress.
  await expect(ann.composer).toBeFocused();
  await ann.composer.press('Enter');
  await question.getByTestId('delete').click();
  await ann.expectTexts(['keep me']);
  await expect(ann.composer).toHaveValue('');
  await ann.say('and on');
  await ann.expectTexts(['keep me', 'and on']);
});

/** Gives the field or the page files, as a browser does. */
async function give(target: Locator, type: 'paste' | 'drop', text = ''): Promise<boolean> {
  return target.evaluate(
    (element, [type, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(8)], 'picture.png', { type: 'image/png' }));
      if (text) data.setData('text/plain', text);
      const options = { bubbles: true, cancelable: true };
      const event =
        type === 'paste'
          ? new ClipboardEvent('paste', { ...options, clipboardData: data })
          : new DragEvent('drop', { ...options, dataTransfer: data });
      return element.dispatchEvent(event);
    },
    [type, text] as const,
  );
}

test('fault_a_pasted_image says that only text can be sent, and so does a dropped file', async ({ person }) => {
  const ann = await person('Ann');
  const toast = ann.page.getByTestId('toast');
  await ann.composer.fill('before');
  expect(await give(ann.composer, 'paste')).toBe(false);
  await expect(toast).toContainText('Only text can be sent here');
  await expect(ann.composer).toHaveValue('before');
  await expect(toast).toHaveText('');
  // A table cell carries its picture along: only the words are pasted.
  expect(await give(ann.composer, 'paste', 'words')).toBe(true);
  await expect(toast).toHaveText('');
  expect(await give(ann.timeline, 'drop'), 'the browser would leave the page for the file').toBe(false);
  await expect(toast).toContainText('Only text can be sent here');
});

test('fault_the_list_follows_the_palette to a room far down', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const ann = await person('Ann');
  await ann.say('hello');
  await ann.expectAllSent();
  const author = (await ann.rows.last().getAttribute('data-author'))!;
  for (const name of numbered('room', 20, 10)) {
    await makeRoom(ben, name.replace(' ', '-'), { kind: 'private', people: [{ id: author }] });
  }
  const rooms = new Rooms(ann);
  await expect(rooms.list).toHaveCount(21);
  await ann.page.setViewportSize({ width: 1280, height: 500 });
  const last = rooms.list.last();
  await expect(last).not.toBeInViewport();
  const name = (await last.locator('.sidebar-name').textContent())!;
  await ann.page.keyboard.press('Control+k');
  await expect(ann.page.getByTestId('palette-input')).toBeFocused();
  await ann.page.keyboard.type(name, TYPING);
  await expect(ann.page.getByTestId('palette-offer').first()).toContainText(name);
  await ann.page.keyboard.press('Enter');
  await expect(rooms.name).toHaveText(new RegExp(`${name}$`));
  await expect(last).toBeInViewport({ ratio: 1 });
});
