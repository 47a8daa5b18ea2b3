// Text that is being written stays where it was written, with its reply and mentions.

import { ChatPage, Link } from '../pages/chat.js';
import { Message } from '../pages/message.js';
import { Rooms } from '../pages/rooms.js';
import { DESKTOP, PHONE, expect, test } from './chat.js';
import { answered, NETWORK } from './console.js';

/** Milliseconds between keys, at a person's speed. */
const HUMAN = { delay: 40 };

async function secret(ann: ChatPage, ben: ChatPage): Promise<void> {
  await new Rooms(ann).create('secret', { private: true });
  await new Rooms(ann).invite('Ben');
  await new Rooms(ben).open('secret');
}

async function takeOut(ann: ChatPage, name: string): Promise<void> {
  const people = await new Rooms(ann).members();
  await people.filter({ hasText: name }).getByRole('button').click();
  await ann.page.getByTestId('member-remove').click();
}

for (const [device, options] of [
  ['desktop', DESKTOP],
  ['phone', PHONE],
] as const) {
  test(`fault_f01 who is taken out of a private room while typing types nothing into another one (${device})`, async ({
    person,
  }) => {
    const ann = await person('Ann');
    const ben = await person('Ben', options);
    await secret(ann, ben);
    await ben.composer.focus();
    await ben.composer.pressSequentially('what I think of ', HUMAN);
    await takeOut(ann, 'Ben');
    const notice = ben.page.getByTestId('out-of-room');
    await expect(notice).toContainText('secret');
    await ben.page.keyboard.type('Cho is private', HUMAN);
    await ben.page.keyboard.press('Enter');
    await ben.page.keyboard.press('Space');
    await expect(notice).toBeVisible();
    await expect(notice.getByTestId('kept-words')).toHaveText('what I think of');
    await notice.getByTestId('out-of-room-ok').click();
    await expect(notice).toHaveCount(0);
    await expect(new Rooms(ben).name).toHaveText(/general$/);
    await expect(ben.composer).toHaveValue('');
    await ben.page.keyboard.press('Enter');
    await ben.expectUnsent(0);
    await expect(ben.rows).toHaveCount(0);

    // The draft waits where it was written.
    await new Rooms(ann).invite('Ben');
    await new Rooms(ben).open('secret');
    await expect(ben.composer).toHaveValue('what I think of ');
  });
}

test('fault_f01 a syllable that is being composed stays in the room it was begun in', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  const rooms = new Rooms(ben);
  await secret(ann, ben);
  await ben.composer.pressSequentially('비밀 ');
  const keyboard = await ben.page.context().newCDPSession(ben.page);
  await keyboard.send('Input.imeSetComposition', { text: '한', selectionStart: 1, selectionEnd: 1 });
  await rooms.open('general');
  await expect(ben.composer).toHaveValue('');
  await rooms.open('secret');
  await expect(ben.composer).toHaveValue('비밀 한');
  await keyboard.send('Input.imeSetComposition', { text: '글', selectionStart: 1, selectionEnd: 1 });
  await takeOut(ann, 'Ben');
  const notice = ben.page.getByTestId('out-of-room');
  await expect(notice.getByTestId('kept-words')).toHaveText('비밀 한글');
  await notice.getByTestId('out-of-room-ok').click();
  await expect(rooms.name).toHaveText(/general$/);
  await expect(ben.composer).toHaveValue('');
});

test('fault_f01 a room left in another tab, or while offline, interrupts whoever writes there', async ({
  person,
  allowConsole,
}) => {
  allowConsole(NETWORK.socket);
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await secret(ann, ben);
  const tab = new ChatPage(await ben.page.context().newPage());
  await tab.page.goto(ben.page.url());
  await tab.expectConnected();
  await tab.composer.pressSequentially('half a', HUMAN);
  await new Rooms(ben).leave();
  await expect(tab.page.getByTestId('out-of-room')).toContainText('secret');
  await tab.page.keyboard.type(' sentence\n', HUMAN);
  await tab.page.getByTestId('out-of-room-ok').click();
  await expect(tab.composer).toHaveValue('');
  await expect(ben.page.getByTestId('out-of-room')).toHaveCount(0);

  await new Rooms(ann).invite('Ben');
  await new Rooms(tab).open('secret');
  await expect(tab.composer).toHaveValue('half a');
  const link = await Link.of(tab.page);
  await tab.page.reload();
  await tab.expectConnected();
  await link.cut();
  await tab.expectNotConnected();
  await tab.composer.press('End');
  await tab.composer.pressSequentially(' word', HUMAN);
  await takeOut(ann, 'Ben');
  link.mend();
  await expect(tab.page.getByTestId('out-of-room')).toContainText('secret');
  await tab.page.keyboard.type('s\n', HUMAN);
  await expect(tab.page.getByTestId('kept-words')).toHaveText('half a word');
  await tab.page.getByTestId('out-of-room-ok').click();
  await expect(tab.composer).toHaveValue('');
});

test('fault_f06 a room archived while somebody writes there takes no key, and nothing panics', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await new Rooms(ann).create('plans');
  await new Rooms(ben).join('plans');
  await ben.composer.pressSequentially('we should ', HUMAN);
  await new Rooms(ann).choose('room-change');
  await ann.page.getByTestId('room-archive').click();
  await expect(ben.page.getByTestId('out-of-room')).toContainText('archived');
  await ben.page.keyboard.type('go?\n', HUMAN);
  await expect(ben.page.getByTestId('kept-words')).toHaveText('we should');
  await ben.page.getByTestId('out-of-room-ok').click();
  await expect(ben.page.getByTestId('archived')).toBeVisible();

  // By keyboard, from a room with the focus in the composer, into the archived one and back.
  await new Rooms(ben).open('general');
  await ben.composer.focus();
  await ben.page.keyboard.press('Alt+ArrowDown');
  await expect(ben.page.getByTestId('archived')).toBeVisible();
  await expect(ben.page.getByTestId('archived')).toBeFocused();
  await ben.page.keyboard.press('Alt+ArrowUp');
  await expect(ben.composer).toBeFocused();
  await ben.composer.pressSequentially('alive', HUMAN);
  await expect(ben.composer).toHaveValue('alive');
});

test('fault_f08 a message deleted by its author is not readable any more in a reply to it', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await ann.say('my password is tiger');
  await ann.expectAllSent();
  await new Message(ben.page, ben.row('my password is tiger')).choose('menu-reply');
  const bar = ben.page.getByTestId('composer-bar');
  await expect(bar).toContainText('tiger');
  await ben.composer.pressSequentially('you should', HUMAN);
  await new Message(ann.page, ann.rows.first()).delete();
  await expect(bar).toContainText('deleted');
  await expect(ben.page.getByText('tiger')).toHaveCount(0);
  await expect(ben.composer).toHaveValue('you should');
});

for (const [device, options] of [
  ['desktop', DESKTOP],
  ['phone', PHONE],
] as const) {
  test(`fault_f08 nothing stays open beside a message that its author deletes (${device})`, async ({ person }) => {
    const [ann, ben] = [await person('Ann'), await person('Ben', options)];
    await ann.say('my password is tiger', 'and that is all');
    await ann.expectAllSent();
    const message = new Message(ben.page, ben.row('my password is tiger'));
    await expect(ben.row('and that is all')).toBeVisible();
    const menu = device === 'phone' ? await message.longPress() : await message.openMenu();
    await expect(menu.getByTestId('copy-text')).toBeVisible();
    await new Message(ann.page, ann.rows.first()).delete();
    await expect(menu).toHaveCount(0);
    await expect(ben.page.getByText('tiger')).toHaveCount(0);
  });
}

test('fault_f09 a reply stays one through another room, another tab and a reload', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await new Rooms(ann).create('plans');
  await new Rooms(ben).join('plans');
  await ann.say('lunch?');
  await ann.expectAllSent();
  await new Message(ben.page, ben.row('lunch?')).choose('menu-reply');
  await ben.composer.pressSequentially('yes, ', HUMAN);
  await ben.composer.pressSequentially('@An', HUMAN);
  await expect(ben.page.getByTestId('suggestion')).toHaveCount(1);
  await ben.composer.press('Enter');
  await expect(ben.composer).toHaveValue('yes, @Ann ');
  await new Rooms(ben).open('general');
  await expect(ben.page.getByTestId('composer-bar')).toHaveCount(0);
  await expect(ben.composer).toHaveValue('');
  await new Rooms(ben).open('plans');
  const bar = ben.page.getByTestId('composer-bar');
  await expect(bar).toContainText('lunch?');
  await ben.page.reload();
  await expect(bar).toContainText('lunch?');
  await expect(ben.composer).toHaveValue('yes, @Ann ');
  const tab = new ChatPage(await ben.page.context().newPage());
  await tab.page.goto(ben.page.url());
  await expect(tab.page.getByTestId('composer-bar')).toContainText('lunch?');
  await expect(tab.composer).toHaveValue('yes, @Ann ');
  await tab.composer.press('End');
  await tab.composer.press('Enter');
  await expect(ann.rows.last().getByTestId('quoted')).toContainText('lunch?');
  await expect(ann.rows.last().getByTestId('mention')).toHaveText('@Ann');
  // The message was sent, and no tab has it as a draft.
  await expect(tab.composer).toHaveValue('');
  await expect(ben.composer).toHaveValue('');
  await expect(bar).toHaveCount(0);
});

test('fault_f10 an edit in progress is kept through a look elsewhere, and given up only when asked', async ({ person }) => {
  const ann = await person('Ann');
  await new Rooms(ann).create('plans');
  await ann.say('tomorow');
  await ann.expectAllSent();
  await ann.composer.pressSequentially('a thought', HUMAN);
  await new Message(ann.page, ann.row('tomorow')).choose('menu-edit');
  await ann.composer.press('End');
  await ann.composer.pressSequentially(' at noon', HUMAN);
  await new Rooms(ann).open('general');
  await expect(ann.composer).toHaveValue('');
  await new Rooms(ann).open('plans');
  await expect(ann.page.getByTestId('composer-bar')).toHaveAttribute('data-mode', 'edit');
  await expect(ann.composer).toHaveValue('tomorow at noon');
  await ann.page.reload();
  await expect(ann.composer).toHaveValue('tomorow at noon');
  await ann.composer.press('Escape');
  const question = ann.page.getByTestId('drop-edit');
  await expect(question).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await expect(ann.composer).toHaveValue('tomorow at noon');
  await expect(ann.composer).toBeFocused();
  await ann.composer.press('Escape');
  await question.getByTestId('drop-changes').click();
  await expect(ann.composer).toHaveValue('a thought');
  await expect(ann.composer).toBeFocused();
  await expect(ann.page.getByTestId('composer-bar')).toHaveCount(0);
  await expect(ann.row('tomorow')).toBeVisible();
});

for (const [hand, screen] of [
  ['with the mouse', DESKTOP],
  ['with a finger', PHONE],
] as const) {
  test(`fault_keys pressed at once after Edit or Reply was chosen belong to it: ${hand}`, async ({ person }) => {
    const ann = await person('Ann', screen);
    const keyboard = ann.page.keyboard;
    await ann.composer.fill('tomorow');
    await ann.sendButton.click();
    await ann.expectAllSent();
    await ann.composer.pressSequentially('a thought', HUMAN);
    const message = new Message(ann.page, ann.rows.first());
    const bar = ann.page.getByTestId('composer-bar');
    // The browser gets the keys before the page had time for anything else.
    const chooseAndType = async (choice: string, text: string) => {
      const menu = screen === PHONE ? await message.longPress() : await message.openMenu();
      await menu.getByTestId(choice).focus();
      await Promise.all([keyboard.press('Enter'), keyboard.type(text, HUMAN)]);
    };
    await chooseAndType('menu-edit', ' at noon');
    await expect(bar).toHaveAttribute('data-mode', 'edit');
    await expect(ann.composer).toHaveValue('tomorow at noon');
    // A question appears first: after answering it, the person continues to write.
    await chooseAndType('menu-reply', '');
    await ann.page.getByTestId('drop-changes').focus();
    await Promise.all([keyboard.press('Enter'), keyboard.type(' of mine', HUMAN)]);
    await expect(bar).toHaveAttribute('data-mode', 'reply');
    await expect(ann.composer).toHaveValue('a thought of mine');
    await ann.composer.press('Escape');
    await chooseAndType('menu-reply', ', and more');
    await expect(bar).toHaveAttribute('data-mode', 'reply');
    await expect(ann.composer).toHaveValue('a thought of mine, and more');
  });
}

test('fault_an edit from another device is told of before it is overwritten', async ({ person }) => {
  const ann = await person('Ann');
  const tab = new ChatPage(await ann.page.context().newPage());
  await tab.page.goto('/');
  await tab.expectConnected();
  await ann.say('at noon');
  await ann.expectAllSent();
  await expect(tab.row('at noon')).toBeVisible();
  await new Message(ann.page, ann.rows.first()).choose('menu-edit');
  await ann.composer.press('End');
  await ann.composer.pressSequentially(' sharp', HUMAN);
  await tab.composer.press('ArrowUp');
  await expect(tab.page.getByTestId('composer-bar')).toHaveAttribute('data-mode', 'edit');
  await tab.composer.fill('at one');
  await tab.composer.press('Enter');
  await expect(ann.row('at one')).toBeVisible();
  const bar = ann.page.getByTestId('composer-bar');
  await expect(bar.getByTestId('edit-changed')).toBeVisible();
  await expect(bar).toContainText('at one');
  await ann.composer.press('Enter');
  await expect(ann.page.locator('#composer-foot')).toContainText('has changed since');
  await expect(ann.composer).toHaveValue('at noon sharp');
  await expect(ann.row('at one')).toBeVisible();
  await ann.composer.press('Enter');
  await expect(ann.row('at noon sharp')).toBeVisible();
});

test('fault_f22 sending in one tab leaves the longer draft of another one alone', async ({ person }) => {
  const first = await person('Ann');
  const second = new ChatPage(await first.page.context().newPage());
  await second.page.goto('/');
  await second.expectConnected();
  await second.composer.pressSequentially('a long letter that takes its time', HUMAN);
  await first.composer.pressSequentially('hi', HUMAN);
  await first.composer.press('Enter');
  await expect(second.row('hi')).toBeVisible();
  await expect(second.composer).toHaveValue('a long letter that takes its time');
  await second.page.reload();
  await expect(second.composer).toHaveValue('a long letter that takes its time');
});

test('fault_typing right after a click on the open room is not lost', async ({ person }) => {
  const ann = await person('Ann');
  await new Rooms(ann).link('general').click();
  await ann.page.keyboard.type('hello\n', HUMAN);
  await expect(ann.row('hello')).toBeVisible();
});

test('fault_keys pressed at once after a room was chosen go into it', async ({ person }) => {
  const ann = await person('Ann');
  await new Rooms(ann).create('plans');
  const keyboard = ann.page.keyboard;
  const input = ann.page.getByTestId('palette-input');
  await ann.timeline.focus();
  await keyboard.press('Control+k');
  await input.fill('general');
  await expect(ann.page.getByTestId('palette-offer').first()).toHaveText('#general');
  await Promise.all([keyboard.press('Enter'), keyboard.type('hello\n', HUMAN)]);
  await expect(ann.row('hello')).toBeVisible();
  await expect(ann.page.getByTestId('room-name')).toHaveText(/general/);
});

test('fault_closing the tab asks where unsaved words would be lost, and nowhere else', async ({
  profile,
  allowConsole,
}) => {
  allowConsole(NETWORK.socket);
  const context = await profile();
  await context.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { value: undefined });
  });
  const ann = new ChatPage(await context.newPage());
  await ann.join('Ann');
  const link = await Link.of(ann.page);
  await ann.page.reload();
  await ann.expectConnected();
  const asked: string[] = [];
  ann.page.on('dialog', async (dialog) => {
    asked.push(dialog.type());
    await dialog.dismiss();
  });
  await ann.say('sent');
  await ann.expectAllSent();
  await link.cut();
  await ann.expectNotConnected();
  await ann.say('not sent');
  await ann.page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(ann.row('not sent')).toBeVisible();
  link.mend();
  await ann.expectAllSent(30_000);
  const closed = ann.page.waitForEvent('close');
  await ann.page.close({ runBeforeUnload: true });
  await closed;
  expect(asked).toEqual(['beforeunload']);
});

test('fault_a draft that cannot be read shows the words in it, and one that cannot be kept is asked about', async ({ person }) => {
  const ann = await person('Ann');
  const { page } = ann;
  const drafts = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('steadfast.draft.')));
  await ann.composer.fill('a letter');
  await expect.poll(drafts).toHaveLength(1);
  const [key] = await drafts();
  const leave = async (record: string) => {
    await page.evaluate(([key, record]) => localStorage.setItem(key!, record!), [key, record]);
    await page.reload();
    await ann.expectConnected();
  };
  // As another version of the page could have left it.
  await leave(JSON.stringify({ draft: { text: 'a letter', reply_to: { thread: 7 } }, by: 'Ann' }));
  await expect(ann.composer).toHaveValue('a letter');
  await leave('{"draft":');
  await expect(ann.composer).toHaveValue('');
  await expect.poll(drafts).toEqual([]);
  await ann.say('the page goes on');
  await ann.expectAllSent();

  await page.evaluate(() => {
    let text = 'x'.repeat(1 << 20);
    for (let n = 0; text.length > 0; n += 1) {
      try {
        localStorage.setItem(`full ${n}`, text);
      } catch {
        text = text.slice(text.length / 2 + 1);
      }
    }
  });
  const asked: string[] = [];
  page.on('dialog', async (dialog) => {
    asked.push(dialog.type());
    await dialog.dismiss();
  });
  await ann.composer.pressSequentially('nowhere else', HUMAN);
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(ann.composer).toHaveValue('nowhere else');
});

test('fault_what waits on the device and cannot be read is shown to its author, and goes only by their wish', async ({ person }) => {
  const ann = await person('Ann');
  const { page } = ann;
  /** Outbox records that another version of the page could have left. */
  const store = (records: Record<string, unknown>) =>
    page.evaluate(async (records) => {
      const name = (await indexedDB.databases())[0]!.name!;
      const database = await new Promise<IDBDatabase>((done) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => done(request.result);
      });
      const changes = database.transaction('outbox', 'readwrite');
      for (const [key, record] of Object.entries(records)) changes.objectStore('outbox').put(JSON.stringify(record), key);
      await new Promise((done) => (changes.oncomplete = done));
      const all = database.transaction('outbox').objectStore('outbox').getAllKeys();
      const keys = await new Promise<string[]>((done) => (all.onsuccess = () => done(all.result as string[])));
      database.close();
      return keys;
    }, records);
  const ben = { id: '00000000-0000-4000-8000-00000000000b', name: 'Ben' };
  await store({
    one: { author: { ...ben, name: 'Ann' }, body: { kind: 'poll', text: 'Lunch at noon?' } },
    two: { author: ben, body: { kind: 'poll', text: 'not for Ann' } },
    three: 'nothing at all',
  });
  await page.reload();
  await ann.expectConnected();
  const notice = page.getByTestId('unreadable');
  await expect(notice).toContainText('2 things you wrote could not be sent');
  await expect(notice).toContainText('Lunch at noon?');
  await expect(page.getByText('not for Ann')).toHaveCount(0);
  // It counts as unsent when the person signs out.
  await ann.settings.click();
  await page.getByTestId('sign-out').click();
  await page.getByTestId('sign-out').click();
  await expect(page.getByTestId('unsent-words')).toHaveText('3 unsent messages');
  await page.getByTestId('stay').click();
  await page.reload();
  await ann.expectConnected();
  expect(await store({})).toEqual(['one', 'three', 'two']);
  await notice.getByTestId('unreadable-discard').click();
  await expect(notice).toHaveCount(0);
  expect(await store({})).toEqual(['two']);
  await page.reload();
  await ann.expectConnected();
  await expect(notice).toHaveCount(0);
});

test('fault_f03 before any room is there Enter says why, and the text waits for it', async ({ profile, allowConsole }) => {
  allowConsole(NETWORK.socket);
  const context = await profile();
  const ann = new ChatPage(await context.newPage());
  const link = await Link.of(ann.page);
  await link.cut();
  await ann.page.goto('/');
  await ann.nickname.fill('Ann');
  await ann.joinButton.click();
  await expect(ann.composer).toBeVisible();
  await ann.composer.pressSequentially('first!', HUMAN);
  await ann.composer.press('Enter');
  await expect(ann.page.locator('#composer-foot')).toContainText('still connecting');
  await expect(ann.composer).toHaveValue('first!');
  await ann.page.reload();
  await expect(ann.composer).toHaveValue('first!');
  link.mend();
  await ann.expectConnected();
  await expect(ann.composer).toHaveValue('first!');
  await ann.composer.press('Enter');
  await expect(ann.row('first!')).toBeVisible();
});

test('fault_f07 a browser that keeps no cookies is told so, and takes one nickname at most', async ({
  profile,
  wirePerson,
  allowConsole,
}) => {
  allowConsole(answered(401, /api\/session/));
  const context = await profile();
  const tried: string[] = [];
  await context.route('**/api/session', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    tried.push((route.request().postDataJSON() as { nickname: string }).nickname);
    const answer = await route.fetch();
    const headers = answer.headers();
    delete headers['set-cookie'];
    await route.fulfill({ response: answer, headers });
    await context.clearCookies();
  });
  const ann = new ChatPage(await context.newPage());
  await ann.page.goto('/');
  await ann.nickname.fill('Ann');
  await ann.joinButton.click();
  await expect(ann.page.getByTestId('nickname-hint')).toContainText('cookies');
  await ann.nickname.fill('Anna');
  await ann.joinButton.click();
  await expect(ann.page.getByTestId('nickname-hint')).toContainText('cookies');
  expect(tried).toEqual(['Ann']);
  await wirePerson('Anna');
});

test('fault_f07 a nickname whose sign-in got no answer is joined by trying again', async ({ profile }) => {
  const context = await profile();
  // The page waits 30 seconds for an answer.
  await context.addInitScript(() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => timeout('patient' in window ? ms : Math.min(ms, 1_000));
  });
  let lost = 0;
  await context.route('**/api/session', async (route) => {
    const request = route.request();
    if (request.method() !== 'POST' || lost > 0) return route.continue();
    lost += 1;
    // The server signs Ann up, and the network swallows its answer.
    const body = request.postData() ?? '';
    const answer = await fetch(request.url(), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(answer.status).toBe(201);
  });
  const ann = new ChatPage(await context.newPage());
  await ann.page.goto('/');
  await ann.nickname.fill('Ann');
  await ann.joinButton.click();
  await expect(ann.page.getByTestId('nickname-hint')).toContainText('cannot be reached');
  await ann.page.evaluate(() => Object.assign(window, { patient: true }));
  await ann.joinButton.click();
  // Enter sends nothing before there is a room.
  await ann.expectConnected();
  await ann.say('it is me');
  await ann.expectState('it is me', 'sent');
  expect(lost).toBe(1);
});
