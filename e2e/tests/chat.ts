import { devices, expect, test as base, type BrowserContext, type BrowserContextOptions } from '@playwright/test';
import { ChatPage } from '../pages/chat.js';
import { Server } from '../server.mjs';
import { arrive } from '../wire/device.mjs';
import { ConsoleWatch } from './console.js';

export { expect } from '@playwright/test';

/** A screen wide enough for the rooms beside the conversation. */
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

/** The screen of a phone. */
export const PHONE = (({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch }) => ({
  viewport,
  userAgent,
  deviceScaleFactor,
  isMobile,
  hasTouch,
}))(devices['Pixel 7']!);

/** A person on the wire: the official client, for people whose screen does not matter. */
export type WirePerson = Awaited<ReturnType<typeof arrive>>;

interface Options {
  /** Further arguments for this test's server. */
  serverArgs: string[];
  /** A history to start with, as arguments of `fill`: `['--messages', '100000']`. */
  history: string[] | undefined;
}

interface Fixtures {
  /** Fails the test on any error in any page that the test does not announce. */
  consoleWatch: ConsoleWatch;
  /** Announces errors in the pages' consoles that this test provokes: see `NETWORK`. */
  allowConsole: ConsoleWatch['allow'];
  /** This test's own server: the real binary on a new database. */
  server: Server;
  /** A new browser profile with pages of this server. */
  profile: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A new person in a profile of their own, joined and connected. */
  person: (nickname: string, options?: BrowserContextOptions) => Promise<ChatPage>;
  /** A new person without a screen. */
  wirePerson: (nickname: string) => Promise<WirePerson>;
  /** Makes a person the server's first owner, with the link it printed. */
  own: (chat: ChatPage) => Promise<void>;
}

export const test = base.extend<Fixtures & Options>({
  serverArgs: [[], { option: true }],
  history: [undefined, { option: true }],

  consoleWatch: [
    async ({ browser, playwright }, use) => {
      const watch = new ConsoleWatch();
      const stop = watch.watchAll(browser, playwright.chromium);
      await use(watch);
      stop();
      expect(watch.unannounced, 'errors in the console that the test did not announce').toEqual([]);
    },
    { auto: true },
  ],

  allowConsole: async ({ consoleWatch }, use) => use(consoleWatch.allow),

  server: async ({ serverArgs, history, consoleWatch }, use, testInfo) => {
    const server = await Server.start({ args: serverArgs, fill: history });
    await use(server);
    if (testInfo.status !== testInfo.expectedStatus || consoleWatch.unannounced.length > 0) {
      await testInfo.attach('server.log', { body: server.log, contentType: 'text/plain' });
    }
    await server.dispose();
  },

  profile: async ({ browser, server }, use) => {
    const made: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, ...options });
      made.push(context);
      return context;
    });
    for (const context of made) await context.close();
  },

  person: async ({ profile }, use) => {
    await use(async (nickname, options) => {
      const chat = new ChatPage(await (await profile(options)).newPage());
      await chat.join(nickname);
      return chat;
    });
  },

  own: async ({ server }, use) => {
    await use(async (chat) => {
      const answer = await chat.page.request.post('/api/owner', { data: { code: server.ownerCode } });
      if (!answer.ok()) throw new Error(`no owner: ${await answer.text()}`);
    });
  },

  wirePerson: async ({ server }, use) => {
    const made: WirePerson[] = [];
    await use(async (nickname) => {
      const device = await arrive(server, nickname);
      made.push(device);
      return device;
    });
    for (const device of made) device.close();
  },
});

/** `name 1`, `name 2`, … */
export function numbered(name: string, count: number, first = 1): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${first + index}`);
}
