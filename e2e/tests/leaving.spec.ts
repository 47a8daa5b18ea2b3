// Leaving a device: nothing of the former person stays on it, and nothing unsent is erased without a question.

import { type Page } from '@playwright/test';
import { ChatPage, Link } from '../pages/chat.js';
import { Rooms } from '../pages/rooms.js';
import { expect, test } from './chat.js';
import { answered, NETWORK } from './console.js';

/** The server's answer to a taken nickname without its passphrase. */
const TAKEN = answered(409, /api\/session/);

const PASSPHRASE = 'correct horse battery';

/** Everything that the browser stores for the page. */
async function kept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const found: string[] = [];
    for (const storage of [localStorage, sessionStorage]) {
      for (let at = 0; at < storage.length; at++) {
        const key = storage.key(at)!;
        found.push(`${key}=${storage.getItem(key)}`);
      }
    }
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((done, failed) => {
        const request = indexedDB.open(name!);
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise<unknown[]>((done) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => done(request.result);
        });
        found.push(...all.map((record) => `${store}=${JSON.stringify(record)}`));
      }
      database.close();
    }
    return found.join('\n');
  });
}

async function setPassphrase(chat: ChatPage): Promise<void> {
  await chat.settings.click();
  await chat.page.getByTestId('passphrase-new').fill(PASSPHRASE);
  await chat.page.getByTestId('passphrase-save').click();
  await expect(chat.page.getByTestId('passphrase-now')).toBeVisible();
  await chat.page.keyboard.press('Escape');
}

async function signOut(chat: ChatPage): Promise<void> {
  await chat.settings.click();
  await expect(chat.page.getByTestId('passphrase-now')).toBeVisible();
  await chat.page.getByTestId('sign-out').click();
}

/** Ann with a private room and a passphrase, and her tabs that show it. */
async function ann(person: (name: string) => Promise<ChatPage>): Promise<ChatPage> {
  const chat = await person('Ann');
  await setPassphrase(chat);
  await new Rooms(chat).create('salaries', { private: true });
  await chat.say('Ben earns too much');
  await chat.expectAllSent();
  await expect.poll(() => kept(chat.page)).toContain('Ben earns too much');
  return chat;
}

test('fault_h11 signing out leaves nothing on the device, in no tab, and not offline either', async ({
  person,
  allowConsole,
}) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const chat = await ann(person);
  const { page } = chat;
  const tab = new ChatPage(await page.context().newPage());
  await tab.page.goto(page.url());
  await tab.expectConnected();
  await chat.speak('ko');
  await chat.speak('en');
  await signOut(chat);
  await expect(chat.nickname).toBeVisible();
  await expect(page.getByTestId('signed-out')).toBeVisible();
  await expect(tab.nickname).toBeVisible();
  await expect(chat.nickname).toHaveValue('');
  for (const { page: one } of [chat, tab]) {
    await expect(one).toHaveURL(/\/$/);
    await expect(one).toHaveTitle('Steadfast');
  }
  const found = await kept(page);
  for (const word of ['Ann', 'Ben earns', 'salaries', 'draft', 'steadfast.room']) expect(found).not.toContain(word);
  expect(found, 'what the device was set to stays').toContain('steadfast.language=en');

  await page.context().route('**/api/**', (route) => route.abort());
  await page.context().route('**/socket.io/**', (route) => route.abort());
  await page.reload();
  await expect(chat.nickname).toBeVisible();
  await expect(page.getByText('Ben earns')).toHaveCount(0);
  await expect(page.getByText('salaries')).toHaveCount(0);
});

/** Makes the server unreachable for every tab of this browser; the page's files still load. */
async function unreachable(page: Page): Promise<{ link: Link; api(): Promise<void> }> {
  const context = page.context();
  const link = await Link.of(context);
  await context.route('**/api/**', (route) => route.abort());
  return { link, api: () => context.unroute('**/api/**') };
}

/** Presses Sign out while the server cannot say whether there is a passphrase: a warning comes first. */
async function signOutUnreached(chat: ChatPage): Promise<void> {
  await chat.settings.click();
  await chat.page.getByTestId('sign-out').click();
  await expect(chat.page.getByTestId('sign-out-warning')).not.toBeEmpty();
  await chat.page.getByTestId('sign-out').click();
}

test('fault_h11 who signs out while the server cannot be reached leaves nothing, and nobody comes in by the cookie', async ({
  person,
  allowConsole,
}) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const chat = await ann(person);
  const { page } = chat;
  const tab = new ChatPage(await page.context().newPage());
  await tab.page.goto(page.url());
  await tab.expectConnected();
  await chat.composer.pressSequentially('and I will say so', { delay: 40 });
  const [cookie] = await page.context().cookies();
  const { link, api } = await unreachable(page);
  for (const one of [tab, chat]) {
    await one.page.reload();
    await one.expectConnected();
  }
  await link.cut();
  await chat.expectNotConnected();

  await signOutUnreached(chat);
  await page.getByTestId('sign-out-question').getByTestId('sign-out-confirm').click();
  const question = page.getByTestId('sign-out-here-question');
  await expect(question.getByTestId('unsent-words')).toHaveText('1 draft');
  await question.getByTestId('stay').click();
  await expect(chat.composer).toHaveValue('and I will say so');
  await signOutUnreached(chat);
  await page.getByTestId('sign-out-question').getByTestId('sign-out-confirm').click();
  await question.getByTestId('sign-out-here').click();
  for (const one of [chat, tab]) {
    await expect(one.nickname).toBeVisible();
    await expect(one.page.getByTestId('sign-out-overdue')).toBeVisible();
    await expect(one.page).toHaveURL(/\/$/);
    await expect(one.page).toHaveTitle('Steadfast');
    await expect(one.page.getByText('salaries')).toHaveCount(0);
  }
  const words = ['Ann', 'Ben earns', 'salaries', 'say so', 'draft', 'steadfast.room'];
  for (const word of words) expect(await kept(page)).not.toContain(word);
  expect(await page.context().cookies(), 'it is out of the page’s reach').toEqual([cookie]);

  // The server could be reached, but no tab sends it a request, not even after a reload.
  link.mend();
  const attempts = link.attempts;
  await page.goBack();
  await page.reload();
  await tab.page.reload();
  for (const one of [chat, tab]) {
    await expect(one.page.getByTestId('sign-out-overdue')).toBeVisible();
    await one.nickname.fill('Ann');
    await one.joinButton.click();
    await expect(one.page.locator('.welcome-form')).toContainText('cannot be reached');
  }
  expect(link.attempts).toBe(attempts);

  await api();
  await expect(page.getByTestId('sign-out-overdue')).toBeHidden();
  await expect(tab.page.getByTestId('sign-out-overdue')).toBeHidden();
  const shown = await fetch(new URL('/api/session', page.url()), {
    headers: { cookie: `${cookie!.name}=${cookie!.value}` },
  });
  expect(shown.status, 'the session is over').toBe(401);
  await chat.nickname.fill('Ben');
  await chat.joinButton.click();
  await chat.expectConnected();
  await chat.say('good morning');
  await chat.expectAllSent();
  await tab.page.reload();
  await expect(tab.page.getByTestId('my-name')).toHaveText('Ben');
  for (const word of ['Ann', 'Ben earns', 'salaries']) expect(await kept(page)).not.toContain(word);
});

test('fault_h11 what was signed out here is ended by the next visit before anything else, and joined from where it was', async ({
  person,
  allowConsole,
}) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const chat = await ann(person);
  const context = chat.page.context();
  const { link, api } = await unreachable(chat.page);
  await chat.page.reload();
  await chat.expectConnected();
  await link.cut();
  await signOutUnreached(chat);
  await chat.page.getByTestId('sign-out-here').click();
  await expect(chat.page.getByTestId('sign-out-overdue')).toBeVisible();
  await api();
  link.mend();
  // Without waiting for the page to notice by itself.
  await chat.nickname.fill('Ben');
  await chat.joinButton.click();
  await chat.expectConnected();
  await expect(chat.page.getByTestId('my-name')).toHaveText('Ben');

  await context.route('**/api/**', (route) => route.abort());
  await link.cut();
  await signOutUnreached(chat);
  await chat.page.getByTestId('sign-out-here').click();
  await expect(chat.page.getByTestId('sign-out-overdue')).toBeVisible();
  // A closing page drops its routes first, so its last request could end the session.
  await chat.page.goto('about:blank');
  await chat.page.close();
  await context.unroute('**/api/**');
  link.mend();
  const next = new ChatPage(await context.newPage());
  await next.page.goto('/');
  await expect(next.page.getByTestId('signed-out')).toBeVisible();
  await expect.poll(() => context.cookies()).toEqual([]);
  await expect(next.page.getByTestId('sign-out-overdue')).toBeHidden();
  await next.nickname.fill('Cho');
  await next.joinButton.click();
  await next.expectConnected();
  await expect(next.page.getByTestId('my-name')).toHaveText('Cho');
});

test('fault_h11 a browser that keeps nothing signs nobody out without the server, and says so', async ({
  profile,
  allowConsole,
}) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const context = await profile();
  await context.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', { value: null });
  });
  const chat = new ChatPage(await context.newPage());
  await chat.join('Ann');
  await context.route('**/api/**', (route) => route.abort());
  await signOutUnreached(chat);
  await chat.page.getByTestId('sign-out-here').click();
  await expect(chat.page.getByText('You are still signed in')).toBeVisible();
  await expect(chat.page.getByTestId('my-name')).toHaveText('Ann');
  await chat.expectConnected();
});

test('fault_h11 the sign-in that follows works, in every tab', async ({ person }) => {
  const chat = await ann(person);
  const tab = new ChatPage(await chat.page.context().newPage());
  await tab.page.goto('/');
  await tab.expectConnected();
  await signOut(chat);
  await chat.nickname.fill('Ben');
  await chat.joinButton.click();
  await chat.expectConnected();
  await chat.say('good morning');
  await chat.expectAllSent();
  await expect(chat.page.getByText('Ben earns')).toHaveCount(0);
  await expect(new Rooms(chat).link('salaries')).toHaveCount(0);
  await tab.page.reload();
  await tab.expectConnected();
  await expect(tab.page.getByTestId('my-name')).toHaveText('Ben');
  await expect(tab.row('good morning')).toBeVisible();
});

test('fault_f04 a draft is not shown to the next person, and not thrown away unasked', async ({ person }) => {
  const chat = await ann(person);
  const { page } = chat;
  await chat.composer.pressSequentially('and I will say so', { delay: 40 });
  await new Rooms(chat).open('general');
  await signOut(chat);
  const question = page.getByTestId('sign-out-question');
  await expect(question.getByTestId('unsent-words')).toHaveText('1 draft');
  await question.getByTestId('stay').click();
  await new Rooms(chat).open('salaries');
  await expect(chat.composer).toHaveValue('and I will say so');
  await signOut(chat);
  await question.getByTestId('sign-out-confirm').click();
  await expect(chat.nickname).toBeVisible();
  expect(await kept(page)).not.toContain('say so');
  await chat.nickname.fill('Ben');
  await chat.joinButton.click();
  await chat.expectConnected();
  await expect(chat.composer).toHaveValue('');
});

test('fault_f04 what was not sent is asked about, and never sent by the next person', async ({
  person,
  wirePerson,
  allowConsole,
}) => {
  allowConsole(NETWORK.socket);
  const witness = await wirePerson('Witness');
  const chat = await person('Ann');
  await setPassphrase(chat);
  const link = await Link.of(chat.page);
  await chat.page.reload();
  await chat.expectConnected();
  await link.cut();
  await chat.expectNotConnected();
  await chat.say('from Ann alone');
  await chat.expectState('from Ann alone', 'saved');
  await signOut(chat);
  const question = chat.page.getByTestId('sign-out-question');
  await expect(question.getByTestId('unsent-words')).toHaveText('1 unsent message');
  await question.getByTestId('sign-out-confirm').click();
  await expect(chat.nickname).toBeVisible();
  link.mend();
  await chat.nickname.fill('Ben');
  await chat.joinButton.click();
  await chat.expectConnected();
  await chat.say('from Ben');
  await chat.expectAllSent();
  await chat.expectTexts(['from Ben']);
  expect((await witness.pull()).map(({ body }) => body.text)).toEqual(['from Ben']);
});

test('fault_h11 a device signed out from elsewhere forgets, but keeps what was not sent for its author', async ({
  person,
  profile,
  allowConsole,
}) => {
  allowConsole(TAKEN);
  const desk = await ann(person);
  const phone = new ChatPage(await (await profile()).newPage());
  await phone.page.goto('/');
  await phone.nickname.fill('Ann');
  await phone.page.getByTestId('have-passphrase').click();
  await phone.page.getByTestId('passphrase').fill(PASSPHRASE);
  await phone.joinButton.click();
  await phone.expectConnected();
  await new Rooms(phone).open('salaries');
  await expect(phone.row('Ben earns too much')).toBeVisible();
  await phone.composer.pressSequentially('half a secret', { delay: 40 });

  await desk.settings.click();
  await expect(desk.page.getByTestId('device')).toHaveCount(2);
  await desk.page.getByTestId('device-sign-out').click();
  await expect(phone.page.getByTestId('signed-out')).toBeVisible();
  await expect(phone.nickname).toHaveValue('Ann');
  await expect(phone.page.getByTestId('left-words')).toContainText('1 draft');
  expect(await kept(phone.page)).not.toMatch(/Ben earns|salaries|identity=/);
  await phone.page.reload();
  await expect(phone.page.getByTestId('left-words')).toContainText('1 draft');

  // Another person has to decide.
  await phone.nickname.fill('Ben');
  await phone.joinButton.click();
  const question = phone.page.getByTestId('delete-left-question');
  await expect(question).toContainText('1 draft');
  await question.getByTestId('keep-left').click();

  // The author signs in again.
  await phone.nickname.fill('Ann');
  await phone.joinButton.click();
  await phone.page.getByTestId('passphrase').fill(PASSPHRASE);
  await phone.joinButton.click();
  await phone.expectConnected();
  await new Rooms(phone).open('salaries');
  await expect(phone.composer).toHaveValue('half a secret');

  await desk.page.keyboard.press('Escape');
  await desk.settings.click();
  await expect(desk.page.getByTestId('device')).toHaveCount(2);
  await desk.page.getByTestId('device-sign-out').click();
  await expect(phone.page.getByTestId('left-words')).toContainText('1 draft');
  await phone.nickname.fill('Ben');
  await phone.joinButton.click();
  await question.getByTestId('delete-left-confirm').click();
  await phone.expectConnected();
  await expect(phone.page.getByTestId('my-name')).toHaveText('Ben');
  expect(await kept(phone.page)).not.toContain('half a secret');
});

test('fault_f32 after signing out no way leads back that does not exist', async ({ person, allowConsole }) => {
  allowConsole(TAKEN);
  const chat = await ann(person);
  await signOut(chat);
  await expect(chat.nickname).toBeVisible();
  await expect(chat.page.getByTestId('go-back')).toHaveCount(0);
  await chat.nickname.fill('Ann');
  await chat.joinButton.click();
  await chat.page.getByTestId('passphrase').fill(PASSPHRASE);
  await chat.joinButton.click();
  await chat.expectConnected();

  // Another nickname, without signing out: that way back exists.
  await chat.detailsButton.click();
  await chat.page.getByTestId('change-person').click();
  await chat.page.getByTestId('go-back').click();
  await chat.expectConnected();
  await expect(chat.page.getByTestId('my-name')).toHaveText('Ann');
});

test('fault_h11 who takes another nickname leaves nothing of the former one to be read', async ({ person }) => {
  const chat = await ann(person);
  await chat.composer.pressSequentially('private thought', { delay: 40 });
  await chat.detailsButton.click();
  await chat.page.getByTestId('change-person').click();
  await chat.nickname.fill('Cho');
  await chat.joinButton.click();
  const question = chat.page.getByTestId('delete-left-question');
  await expect(question).toContainText('1 draft');
  await question.getByTestId('delete-left-confirm').click();
  await expect(chat.page.getByTestId('my-name')).toHaveText('Cho');
  await chat.expectConnected();
  const found = await kept(chat.page);
  for (const word of ['private thought', 'salaries', 'Ben earns']) expect(found).not.toContain(word);
  await expect(chat.composer).toHaveValue('');
});

test('fault_h11 a page that the browser kept for Back is loaded anew', async ({ person }) => {
  const chat = await person('Ann');
  const { page } = chat;
  const show = (persisted: boolean) =>
    page.evaluate((persisted) => {
      Object.assign(window, { former: true });
      setTimeout(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted })));
    }, persisted);
  const isFormer = () => page.evaluate(() => 'former' in window);
  await show(false);
  await chat.expectConnected();
  expect(await isFormer(), 'an ordinary load is none').toBe(true);
  const loaded = page.waitForEvent('load');
  await show(true);
  await loaded;
  await chat.expectConnected();
  expect(await isFormer()).toBe(false);
});
