// The link, the tab or the server fails: nothing sent is lost, doubled or out of order.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatPage, Link } from '../pages/chat.js';
import { answered, NETWORK } from './console.js';
import { expect, numbered, test } from './chat.js';

test('hole_12_the_toggle_shows_catch_up', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('before');
  await ben.expectTexts(['before']);
  await ben.disconnect();
  await ann.say(...numbered('missed', 5));
  await ben.say('typed while disconnected');
  await ben.expectState('typed while disconnected', 'saved');
  await ben.expectUnsent(1);
  await ann.expectTexts(['before', ...numbered('missed', 5)]);
  await ben.connect();
  const all = ['before', ...numbered('missed', 5), 'typed while disconnected'];
  for (const chat of [ann, ben]) {
    await chat.expectTexts(all);
    await chat.expectAllSent();
  }
});

test('disconnected stays disconnected until asked', async ({ person }) => {
  const ann = await person('Ann');
  await ann.disconnect();
  await ann.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await ann.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await ann.say('later');
  await ann.expectState('later', 'saved');
  await expect(ann.connection).toHaveAttribute('data-state', 'disconnected');
  await ann.connect();
  await ann.expectState('later', 'sent');
});

test('messages sent offline arrive in order after reconnecting', async ({ person, allowConsole }) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('online');
  await ben.expectTexts(['online']);
  await ann.page.context().setOffline(true);
  await ann.say(...numbered('offline', 5));
  await ann.page.context().setOffline(false);
  await ann.say('back');
  const all = ['online', ...numbered('offline', 5), 'back'];
  for (const chat of [ann, ben]) {
    await chat.expectTexts(all, 60_000);
    await chat.expectAllSent();
  }
});

test('hole_05_a_refresh_keeps_unsent_messages', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('first');
  await ben.expectTexts(['first']);
  const link = await Link.of(ann.page);
  await ann.page.reload();
  await ann.expectConnected();
  await link.cut();
  await ann.say(...numbered('unsent', 3));
  for (const text of numbered('unsent', 3)) await ann.expectState(text, 'saved');
  for (let refresh = 0; refresh < 2; refresh += 1) {
    await ann.page.reload();
    await ann.expectTexts(['first', ...numbered('unsent', 3)]);
    await ann.expectUnsent(3);
    await ann.expectNotConnected();
  }
  await ben.expectTexts(['first']);
  link.mend();
  for (const chat of [ann, ben]) {
    await chat.expectTexts(['first', ...numbered('unsent', 3)]);
    await chat.expectAllSent();
  }
});

test('closing the tab and the browser keeps unsent messages', async ({ playwright, server, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const profile = await mkdtemp(join(tmpdir(), 'steadfast-profile-'));
  const { launchOptions } = test.info().project.use;
  const launch = async () =>
    playwright.chromium.launchPersistentContext(profile, { ...launchOptions, baseURL: server.url, locale: 'en-US' });
  try {
    let browser = await launch();
    let link = await Link.of(browser);
    let ann = new ChatPage(await browser.newPage());
    await ann.join('Ann');
    await link.cut();
    await ann.expectNotConnected();
    await ann.say('kept by the tab');
    await ann.expectState('kept by the tab', 'saved');
    await ann.page.close();

    ann = new ChatPage(await browser.newPage());
    await ann.page.goto('/');
    await ann.expectTexts(['kept by the tab']);
    await ann.say('kept by the browser');
    await ann.expectState('kept by the browser', 'saved');
    await browser.close();

    browser = await launch();
    link = await Link.of(browser);
    ann = new ChatPage(await browser.newPage());
    await ann.page.goto('/');
    await ann.expectTexts(['kept by the tab', 'kept by the browser']);
    await ann.expectAllSent();
    await ann.expectConnected();
    const log = await ben.pull();
    expect(log.map(({ body }) => body.text)).toEqual(['kept by the tab', 'kept by the browser']);
    await browser.close();
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
});

test('hole_03_the_server_is_killed_mid_stream_and_an_outage_of_any_length_loses_nothing', async ({ person, server, allowConsole }) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const ann = await person('Ann');
  const ben = await person('Ben');
  const texts = numbered('stream', 40);
  await ann.say(...texts.slice(0, 10));
  // Killed between two keypresses, while acks are in flight.
  await Promise.all([server.kill(), ann.say(...texts.slice(10, 20))]);
  await ann.expectNotConnected();
  await ann.say(...texts.slice(20, 30));
  await ben.say('Ben, offline too');
  // Longer than any number of retries: several attempts have to fail first.
  await expect(ann.connection).toHaveAttribute('data-state', 'waiting');
  await server.launch();
  await ann.say(...texts.slice(30));
  for (const chat of [ann, ben]) {
    await chat.expectConnected();
    await expect(chat.rows).toHaveCount(41, { timeout: 30_000 });
    await chat.expectAllSent();
  }
  const [ofAnn, ofBen] = [await ann.seen(), await ben.seen()];
  expect(ofAnn.map(({ id, seq }) => ({ id, seq }))).toEqual(ofBen.map(({ id, seq }) => ({ id, seq })));
  expect(ofAnn.map(({ seq }) => seq)).toEqual(ofAnn.map((_, index) => index + 1));
  expect(ofAnn.map(({ text }) => text).filter((text) => !text.startsWith('Ben'))).toEqual(texts);
});

test('hole_04_flaps_never_count_as_tries', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  const link = await Link.of(ann.page);
  // Every `send` fails with its connection, six times.
  let flaps = 0;
  link.fromPage = (packet, route) => {
    if (flaps < 6 && /^42\d+\["send"/.test(packet)) {
      flaps += 1;
      void link.drop();
      return undefined;
    }
    return packet;
  };
  await ann.page.reload();
  await ann.expectConnected();
  await ann.say('through six flaps', 'and the next');
  await ben.expectTexts(['through six flaps', 'and the next'], 60_000);
  expect(flaps).toBe(6);
  await ann.expectTexts(['through six flaps', 'and the next']);
  await ann.expectAllSent();
});

test('the server restarts again and again while both write', async ({ person, server, allowConsole }) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const ann = await person('Ann');
  const ben = await person('Ben');
  for (let round = 1; round <= 3; round += 1) {
    await Promise.all([ann.say(`Ann ${round}`), ben.say(`Ben ${round}`), server.crashAndRestart()]);
  }
  for (const chat of [ann, ben]) {
    await chat.expectConnected();
    await expect(chat.rows).toHaveCount(6, { timeout: 30_000 });
    await chat.expectAllSent();
  }
  const [ofAnn, ofBen] = [await ann.seen(), await ben.seen()];
  expect(ofAnn.map(({ id, seq }) => ({ id, seq }))).toEqual(ofBen.map(({ id, seq }) => ({ id, seq })));
  for (const name of ['Ann', 'Ben']) {
    expect(ofAnn.map(({ text }) => text).filter((text) => text.startsWith(name))).toEqual(numbered(name, 3));
  }
});

/** Takes the page's longer timers away while its link is cut, so that it makes no more attempts by itself. */
async function stopTrying(chat: ChatPage, link: Link): Promise<void> {
  await chat.page.evaluate(() => {
    const { setTimeout } = window;
    window.setTimeout = ((call: () => void, ms = 0) => (ms < 400 ? setTimeout(call, ms) : 0)) as typeof setTimeout;
  });
  // The timer that runs already ends within five seconds.
  await expect(async () => {
    const before = link.attempts;
    await chat.page.waitForTimeout(6_000);
    expect(link.attempts).toBe(before);
  }).toPass({ timeout: 60_000 });
  await expect(chat.connection).toHaveAttribute('data-state', 'waiting');
}

test('"retry now" does not wait for the timer', async ({ person }) => {
  const ann = await person('Ann');
  const link = await Link.of(ann.page);
  await ann.page.reload();
  await ann.expectConnected();
  await link.cut();
  const before = link.attempts;
  await expect.poll(() => link.attempts, 'it tries by itself').toBeGreaterThan(before + 1);
  await stopTrying(ann, link);
  link.mend();
  await ann.retryNow.click();
  await ann.expectConnected();
});

test('becoming visible or online again reconnects at once', async ({ person }) => {
  const ann = await person('Ann');
  const link = await Link.of(ann.page);
  await ann.page.reload();
  await ann.expectConnected();
  await link.cut();
  await stopTrying(ann, link);
  link.mend();
  await ann.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await ann.expectConnected();
});

test('the newest page is shown at once from the device, even with the link down', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say(...numbered('cached', 5));
  await ann.expectAllSent();
  const link = await Link.of(ann.page);
  await link.cut();
  // The page stores its rows a little later than it shows them. Behind the cut link they come from the device alone.
  await expect(async () => {
    await ann.page.reload();
    await expect(ann.rows).toHaveCount(5, { timeout: 3_000 });
  }).toPass({ timeout: 60_000 });
  await ann.expectTexts(numbered('cached', 5));
  await ann.expectNotConnected();
});

test('fault_h09: a wiped database signs nobody up by itself, and unsent words survive it', async ({ person, server, allowConsole }) => {
  allowConsole(NETWORK.request, NETWORK.socket, answered(401, /\/api\/session/));
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('of the old life');
  await ben.expectTexts(['of the old life']);
  await server.kill();
  await ann.expectNotConnected();
  await ann.say('typed in the outage');
  await ann.expectState('typed in the outage', 'saved');
  await server.wipe();
  await server.launch();
  for (const chat of [ann, ben]) await expect(chat.nickname).toBeVisible();
  expect(await server.admin('people', '--json')).toBe('[]');
  await ann.page.reload();
  await expect(ann.page.getByTestId('left-words')).toContainText('Ann');
  await ann.nickname.fill('Ann');
  await ann.joinButton.click();
  await ann.expectTexts(['typed in the outage']);
  await ann.expectAllSent();
});

test('a browser that does not answer for its storage delays no message, says so, and is asked again', async ({ profile }) => {
  test.slow();
  const context = await profile();
  await context.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    const page = window as unknown as { asked: number };
    page.asked = 0;
    IDBFactory.prototype.open = function (...args: [string, number?]) {
      page.asked += 1;
      return sessionStorage.getItem('answers') ? open.apply(this, args) : (new EventTarget() as IDBOpenDBRequest);
    };
  });
  const ann = new ChatPage(await context.newPage());
  await ann.join('Ann');
  const notice = ann.page.getByTestId('nothing-is-kept');
  await expect(notice).toBeVisible();
  const asked = () => ann.page.evaluate(() => (window as unknown as { asked: number }).asked);
  const before = await asked();
  const texts = numbered('sent at once', 4);
  await ann.say(...texts);
  // Four such requests, one after another, would take 20 seconds.
  await ann.expectAllSent(12_000);
  expect(await asked(), 'not for each write').toBeLessThan(before + texts.length);
  await ann.disconnect();
  await ann.say('nowhere but here');
  await expect(ann.row('nowhere but here').locator('.row-waits')).toHaveAttribute('data-unsafe', 'true');
  await ann.page.evaluate(() => sessionStorage.setItem('answers', 'from now on'));
  await expect(notice).toHaveCount(0, { timeout: 90_000 });
  await ann.expectState('nowhere but here', 'saved', 90_000);
  await ann.page.reload();
  await ann.expectConnected();
  await ann.expectTexts([...texts, 'nowhere but here']);
});
