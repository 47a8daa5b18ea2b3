// People: members and their presence, nicknames, and notices of coming and going.

import { ChatPage } from '../pages/chat.js';
import { Rooms } from '../pages/rooms.js';
import { Proxy, type Mode } from '../proxy.mjs';
import { DESKTOP, expect, test, type WirePerson } from './chat.js';
import { NETWORK } from './console.js';

test.use({ serverArgs: ['--presence-grace-ms', '300'] });

test('five people see a room’s members, and which of them are present', async ({ person, wirePerson }) => {
  const ann = await person('Ann');
  const people = await new Rooms(ann).members();
  const [ben, cho] = [await wirePerson('Ben'), await wirePerson('Cho')];
  await wirePerson('Dan');
  await wirePerson('Eva');
  await expect(people).toHaveText([/Ann/, /Ben/, /Cho/, /Dan/, /Eva/]);
  await expect(ann.page.getByTestId('online')).toHaveText('5 online');
  const state = (name: string) => people.filter({ hasText: name }).getByTestId('presence');
  ben.socket.emit('away', { away: true });
  await expect(state('Ben')).toHaveAttribute('data-state', 'away');
  cho.close();
  await expect(state('Cho')).toHaveAttribute('data-state', 'offline');
  await expect(state('Cho')).toHaveText('offline');
  // Present people come first.
  await expect(people).toHaveText([/Ann/, /Dan/, /Eva/, /Ben/, /Cho/]);
  await expect(ann.page.getByTestId('online')).toHaveText('3 online');
});

test('a person in another window is away, and back at the first key', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  const people = await new Rooms(ann).members();
  const state = people.filter({ hasText: 'Ben' }).getByTestId('presence');
  await expect(state).toHaveAttribute('data-state', 'online');
  await ben.page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  });
  await expect(state).toHaveAttribute('data-state', 'away', { timeout: 40_000 });
  await ben.page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: false, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  });
  await expect(state).toHaveAttribute('data-state', 'online');
});

const WAYS: [Mode, string][] = [
  ['open', 'WebSocket'],
  ['refused', 'long-polling'],
];

for (const [mode, way] of WAYS) {
  test(`who disconnects, signs out or closes the page over ${way} is gone at once`, async ({
    server,
    person,
    profile,
    allowConsole,
  }) => {
    allowConsole(NETWORK.request, NETWORK.socket);
    const proxy = await Proxy.start(server.port);
    proxy.mode = mode;
    const people = await new Rooms(await person('Ann')).members();
    const come = async (name: string) => {
      const chat = new ChatPage(await (await profile({ baseURL: proxy.url, ...DESKTOP })).newPage());
      await chat.join(name);
      return chat;
    };
    /** Long before the server misses a heartbeat of the page, which takes it 45 seconds. */
    const is = (name: string, state: 'online' | 'offline') =>
      expect(people.filter({ hasText: name }).getByTestId('presence')).toHaveAttribute('data-state', state, {
        timeout: 10_000,
      });
    const ben = await come('Ben');
    await is('Ben', 'online');
    await ben.disconnect();
    await is('Ben', 'offline');
    await ben.connect();
    await is('Ben', 'online');
    // What the page says last is still on its way when the page is gone.
    proxy.latency = 500;
    await ben.page.close({ runBeforeUnload: true });
    await is('Ben', 'offline');
    proxy.latency = 0;

    const cho = await come('Cho');
    await is('Cho', 'online');
    await cho.settings.click();
    await cho.page.getByTestId('sign-out').click();
    // Without a passphrase there is a question.
    await cho.page.getByTestId('sign-out').click();
    await expect(cho.nickname).toBeVisible();
    await is('Cho', 'offline');
    await proxy.close();
  });
}

test('settings that were opened offline are right once the connection is back', async ({ person, allowConsole }) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const ann = await person('Ann');
  const dialog = ann.page.getByTestId('settings-dialog');
  // The dialog's part of the page is loaded before.
  await ann.settings.click();
  await expect(dialog.getByTestId('device')).toHaveCount(1);
  await ann.page.keyboard.press('Escape');
  await ann.page.context().setOffline(true);
  await ann.expectNotConnected();
  await ann.settings.click();
  await dialog.getByTestId('new-nickname').fill('Anna');
  await dialog.getByTestId('nickname-save').click();
  const hint = dialog.getByTestId('new-nickname-hint');
  await expect(hint).toHaveAttribute('data-bad', 'true');
  await expect(dialog.getByText('This could not be loaded.')).toBeVisible();
  await ann.page.context().setOffline(false);
  await ann.expectConnected();
  await expect(dialog.getByTestId('device')).toHaveCount(1);
  await expect(dialog.getByText('This could not be loaded.')).toBeHidden();
  await expect(hint).not.toHaveAttribute('data-bad', 'true');
  await expect(hint).not.toBeEmpty();
  await expect(dialog.getByTestId('new-nickname')).toHaveValue('Anna');
});

test('a nickname is changed, and everybody calls the person by it', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await ann.say('what I said before');
  await expect(ben.row('what I said before')).toBeVisible();
  await ann.settings.click();
  await ann.page.getByTestId('new-nickname').fill('Ben');
  await ann.page.getByTestId('nickname-save').click();
  await expect(ann.page.getByTestId('new-nickname-hint')).toContainText('nickname is taken');
  await ann.page.getByTestId('new-nickname').fill('Anna Banana');
  await ann.page.getByTestId('nickname-save').click();
  await expect(ann.page.getByTestId('my-name')).toHaveText('Anna Banana');
  await expect(ben.row('what I said before').locator('.row-author')).toHaveText('Anna Banana');
  const people = await new Rooms(ben).members();
  await expect(people).toHaveText([/Anna Banana/, /Ben/]);
  await expect(ben.page.getByTestId('row-aside')).toContainText(['Anna Banana']);
});

test('notices show who enters a room and who is typing', async ({ person, wirePerson }) => {
  const ann = await person('Ann');
  const ben = await wirePerson('Ben');
  await expect(ann.page.getByTestId('notices')).toHaveText('Ben joined');
  const cho = await wirePerson('Cho');
  await expect(ann.page.getByTestId('notices')).toContainText('Cho');
  const typing = ann.page.getByTestId('typing');
  // Repeated, as a page does while keys are pressed, because one may be lost; and one after the other, because a page that is busy is
  // told only of the last.
  const says = (words: string, ...people: WirePerson[]) =>
    expect(async () => {
      for (const one of people) {
        one.socket.emit('typing', { room: one.room });
        await ann.page.waitForTimeout(100);
      }
      await expect(typing).toHaveText(words, { timeout: 2_000 });
    }).toPass({ timeout: 20_000 });
  await says('Ben is typing…', ben);
  await says('Ben and Cho are typing…', ben, cho);
  const dan = await wirePerson('Dan');
  await says('Several people are typing…', ben, cho, dan);
  await expect(typing).toHaveText('');
  await expect(ann.page.getByTestId('notices')).toHaveText('');
});

test('reading on one device marks as read on the other, and a mention is marked', async ({ person, wirePerson }) => {
  const ann = await person('Ann');
  const rooms = new Rooms(ann);
  await rooms.create('elsewhere');
  const second = await ann.page.context().newPage();
  await second.goto('/');
  await second.getByTestId('room-link').filter({ hasText: 'elsewhere' }).click();
  const ben = await wirePerson('Ben');
  const [{ id }] = await ben.ask('people', { search: 'Ann' });
  await ben.post(ben.item('one'), ben.item(`two, <@${id}>`));
  for (const page of [ann.page, second]) {
    const unread = page.getByTestId('room-link').filter({ hasText: 'general' }).getByTestId('unread');
    await expect(unread).toHaveText('@ 2');
    await expect(unread).toHaveAttribute('data-mentions', 'true');
  }
  await ann.page.bringToFront();
  await rooms.open('general');
  await expect(ann.row('one')).toBeVisible();
  for (const page of [ann.page, second]) await expect(page.getByTestId('unread')).toHaveCount(0);
});
