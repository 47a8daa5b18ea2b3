// Browsers on different nodes of one cluster behave as on one server.

import type { Browser, BrowserContext } from '@playwright/test';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, type ClusterOptions } from '../cluster.mjs';
import { ChatPage } from '../pages/chat.js';
import { Rooms } from '../pages/rooms.js';
import { answered, NETWORK } from './console.js';
import { expect, test } from './chat.js';

const PASSPHRASE = 'correct horse battery';

/** Milliseconds between keys, like a person's. */
const HUMAN = { delay: 60 };

/** A cluster for one test, and people on its nodes. */
class Nodes {
  readonly #contexts: BrowserContext[] = [];

  private constructor(
    readonly cluster: Cluster,
    readonly browser: Browser,
  ) {}

  static async with(browser: Browser, options: ClusterOptions, body: (nodes: Nodes) => Promise<void>): Promise<void> {
    const cluster = await Cluster.start(options);
    const nodes = new Nodes(cluster, browser);
    try {
      await body(nodes);
    } catch (error) {
      console.error(cluster.log);
      throw error;
    } finally {
      for (const context of nodes.#contexts) await context.close();
      await cluster.dispose();
    }
  }

  /** A page in a separate profile, on a node or behind the proxy. */
  async page(node: number | 'proxy'): Promise<ChatPage> {
    const baseURL = node === 'proxy' ? this.cluster.url : this.cluster.nodes[node]!;
    const context = await this.browser.newContext({ baseURL });
    this.#contexts.push(context);
    return new ChatPage(await context.newPage());
  }

  async person(nickname: string, node: number | 'proxy'): Promise<ChatPage> {
    const chat = await this.page(node);
    await chat.join(nickname);
    return chat;
  }
}

for (const adapter of ['postgres', 'redis'] as const) {
  test(`people on two nodes chat, see each other, and are kept apart as on one (${adapter})`, async ({ browser, allowConsole }) => {
    test.setTimeout(240_000);
    allowConsole(answered(401, /\/api\/session/), answered(409, /\/api\/session/));
    await Nodes.with(browser, { nodes: 2, adapter }, async (nodes) => {
      const ann = await nodes.person('Ann', 1);
      const ben = await nodes.person('Ben', 2);
      const [anns, bens] = [new Rooms(ann), new Rooms(ben)];

      await test.step('chat, both ways, in one order', async () => {
        await ann.say('one', 'two');
        await expect(ben.row('two')).toBeVisible();
        await ben.say('three');
        await ann.expectTexts(['one', 'two', 'three']);
        await ben.expectTexts(['one', 'two', 'three']);
      });

      await test.step('who is there, and who is writing', async () => {
        const people = await anns.members();
        await expect(people).toHaveText([/Ann/, /Ben/]);
        const state = people.filter({ hasText: 'Ben' }).getByTestId('presence');
        await expect(state).toHaveAttribute('data-state', 'online');
        // Repeated: what says so is a hint, and may be lost.
        await expect(async () => {
          await ben.composer.pressSequentially('hmm', HUMAN);
          await expect(ann.page.getByTestId('typing')).toHaveText('Ben is typing…', { timeout: 3_000 });
        }).toPass({ timeout: 30_000 });
        await ben.composer.fill('');
      });

      await test.step('a private conversation', async () => {
        await anns.writeTo('Ben');
        await ann.say('between us');
        await bens.open('Ann');
        await expect(ben.row('between us')).toBeVisible();
        await ben.say('nobody hears it');
        await expect(ann.row('nobody hears it')).toBeVisible();
      });

      await test.step('who is taken out of a room hears nothing more of it', async () => {
        await anns.create('secret', { private: true });
        await anns.invite('Ben');
        await bens.open('secret');
        await ann.say('for few');
        await expect(ben.row('for few')).toBeVisible();
        const people = await anns.members();
        await people.filter({ hasText: 'Ben' }).getByRole('button').click();
        await ann.page.getByTestId('member-remove').click();
        await expect(ben.page.getByTestId('out-of-room')).toContainText('secret');
        await ann.say('without Ben');
        await ann.expectAllSent();
        await expect(ben.page.getByText('without Ben')).toHaveCount(0);
        await ben.page.getByTestId('out-of-room-ok').click();
      });

      await test.step('a device that is signed out on one node is out on the other', async () => {
        await ann.settings.click();
        await ann.page.getByTestId('passphrase-new').fill(PASSPHRASE);
        await ann.page.getByTestId('passphrase-save').click();
        await expect(ann.page.getByTestId('passphrase-now')).toBeVisible();
        await ann.page.keyboard.press('Escape');
        const phone = await nodes.page(2);
        await phone.page.goto('/');
        await phone.nickname.fill('Ann');
        await phone.page.getByTestId('have-passphrase').click();
        await phone.page.getByTestId('passphrase').fill(PASSPHRASE);
        await phone.joinButton.click();
        await phone.expectConnected();
        await ann.settings.click();
        await expect(ann.page.getByTestId('device')).toHaveCount(2);
        await ann.page.getByTestId('device-sign-out').click();
        await expect(phone.page.getByTestId('signed-out')).toBeVisible();
        await ann.page.keyboard.press('Escape');
      });

      await test.step('who leaves is gone on the other node', async () => {
        await anns.open('general');
        const people = await anns.members();
        await ben.page.context().close();
        const state = people.filter({ hasText: 'Ben' }).getByTestId('presence');
        await expect(state).toHaveAttribute('data-state', 'offline');
      });
    });
  });
}

test('a node dies under people who write, and they go on on another one', async ({ browser, allowConsole }) => {
  test.setTimeout(240_000);
  allowConsole(NETWORK.request, NETWORK.socket, answered(502, /\/socket\.io\//), answered(502, /\/api\//));
  await Nodes.with(browser, { nodes: 2 }, async (nodes) => {
    const people = [];
    for (const name of ['Ann', 'Ben', 'Cho', 'Dan', 'Eva', 'Fay']) people.push(await nodes.person(name, 'proxy'));
    for (const [nth, chat] of people.entries()) await chat.say(`before ${nth}`);
    await nodes.cluster.command('kill 1');
    for (const [nth, chat] of people.entries()) {
      await chat.composer.pressSequentially(`after ${nth}`, HUMAN);
      await chat.composer.press('Enter');
    }
    for (const chat of people) await chat.expectAllSent(60_000);
    await nodes.cluster.command('start 1');
    // That all are sent does not say that all have arrived with somebody else.
    await expect(people[0]!.rows).toHaveCount(2 * people.length, { timeout: 60_000 });
    const order = (await people[0]!.seen()).map(({ text }) => text);
    expect([...order].sort()).toEqual(people.flatMap((_, nth) => [`after ${nth}`, `before ${nth}`]).sort());
    for (const chat of people) await chat.expectTexts(order);
  });
});

test('Redis dies: the page says that who is online may be out of date, messages arrive all the same, and then it says no more', async ({ browser }) => {
  test.setTimeout(240_000);
  await Nodes.with(browser, { nodes: 2, adapter: 'redis' }, async (nodes) => {
    const ann = await nodes.person('Ann', 1);
    const ben = await nodes.person('Ben', 2);
    await ben.speak('ko');
    for (const chat of [ann, ben]) await chat.detailsButton.click();
    const [anns, bens] = [ann.page.getByTestId('detail-nodes'), ben.page.getByTestId('detail-nodes')];
    for (const says of [anns, bens]) await expect(says).toHaveText('');
    await nodes.cluster.command('redis kill');
    await expect(anns).toContainText('slow to reach each other', { timeout: 30_000 });
    await expect(bens).toContainText('서로의 소식을 늦게 받고', { timeout: 30_000 });
    await ann.say('by the timer');
    await expect(ben.row('by the timer')).toBeVisible();
    await ben.say('and back');
    await expect(ann.row('and back')).toBeVisible();
    await nodes.cluster.command('redis start');
    for (const says of [anns, bens]) await expect(says).toHaveText('', { timeout: 30_000 });
  });
});

/** Seconds over which a node releases its connections in the test below. */
const DRAIN_SECONDS = 8;

/** Between two messages of a person while a node drains, in milliseconds. */
const BREATH_MS = 500;

/** nginx passes over a node that it found dead for 2 seconds (`fail_timeout` in `deploy/nginx.conf`). */
const FOUND_DEAD_MS = 3_000;

/** Keeps every state of the page's connection from here on, and whether it is still the same document. */
async function watchConnection(chat: ChatPage): Promise<void> {
  await chat.connection.evaluate((connection) => {
    const states = [connection.getAttribute('data-state')];
    Object.assign(window, { states });
    new MutationObserver(() => states.push(connection.getAttribute('data-state'))).observe(connection, { attributeFilter: ['data-state'] });
  });
}

/** The states since {@link watchConnection}; undefined if the page was loaded again. */
async function statesOf(chat: ChatPage): Promise<string[] | undefined> {
  return chat.page.evaluate(() => (window as { states?: string[] }).states);
}

// No console error is announced: people whose node is restarted see none.
test('both nodes are restarted in turn: pages move to the other one, and lose neither a message nor a word of a draft', async ({ browser }) => {
  test.setTimeout(300_000);
  await Nodes.with(browser, { nodes: 2, args: ['--drain-seconds', `${DRAIN_SECONDS}`] }, async (nodes) => {
    const talkers = [await nodes.person('Ann', 'proxy'), await nodes.person('Ben', 'proxy')];
    const writers = [await nodes.person('Cho', 'proxy'), await nodes.person('Dan', 'proxy')];
    const people = [...talkers, ...writers];
    for (const chat of people) await watchConnection(chat);
    const texts: string[] = [];
    for (const node of [1, 2]) {
      await test.step(`node ${node} is restarted`, async () => {
        for (const writer of writers) await writer.composer.pressSequentially(`begun before ${node} stopped`);
        let ended = false;
        const stopped = nodes.cluster.command(`stop ${node}`).then(() => (ended = true));
        for (let round = 0; !ended; round += 1) {
          for (const [nth, talker] of talkers.entries()) {
            texts.push(`${node} stops, talker ${nth}, ${round}`);
            await talker.say(texts.at(-1)!);
          }
          for (const writer of writers) await writer.page.keyboard.press('.');
          await delay(BREATH_MS);
        }
        await stopped;
        for (const chat of people) await chat.expectConnected();
        for (const writer of writers) {
          // The keyboard has stayed in the composer, and the draft is whole.
          await writer.page.keyboard.press('!');
          await expect(writer.composer).toHaveValue(new RegExp(`^begun before ${node} stopped\\.+!$`));
          texts.push(await writer.composer.inputValue());
          await writer.page.keyboard.press('Enter');
        }
        for (const chat of people) await chat.expectAllSent(60_000);
        await nodes.cluster.command(`start ${node}`);
        await delay(FOUND_DEAD_MS);
      });
    }
    // Each person was on one of the nodes when it stopped.
    for (const chat of people) expect(await statesOf(chat)).toEqual(expect.arrayContaining(['connecting', 'connected']));
    const logs: string[][] = [];
    for (const chat of people) {
      // The writers' drafts may be the same.
      for (const text of texts.slice(-4)) await expect(chat.row(text)).toHaveCount(texts.filter((one) => one === text).length);
      logs.push((await chat.readToTop()).map(({ text }) => text));
    }
    expect([...logs[0]!].sort()).toEqual(texts.sort());
    for (const log of logs) expect(log).toEqual(logs[0]);
  });
});
