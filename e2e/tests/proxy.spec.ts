import { ChatPage } from '../pages/chat.js';
import { BAD_MODES, Proxy, type Mode } from '../proxy.mjs';
import { answered, NETWORK } from './console.js';
import { DESKTOP, expect, test } from './chat.js';

/** The details' description of the transport. */
const REASONS: Partial<Record<Mode, RegExp>> = {
  refused: /WebSocket is refused/,
  reset: /WebSocket is refused/,
  unanswered: /WebSocket gets no answer/,
  silent: /WebSocket gets no answer/,
  broken: /WebSocket opens and breaks off/,
  buffered: /WebSocket gets no answer/,
};

/** The page tries again after 15 seconds, and after another 30 if that failed. */
const TRIED_AGAIN = 60_000;

for (const mode of BAD_MODES) {
  test(`fault_f02_a_chat_through_a_proxy_whose_websockets_are_${mode}`, async ({ server, profile, allowConsole }) => {
    allowConsole(NETWORK.request, NETWORK.socket);
    test.setTimeout(240_000);
    const proxy = await Proxy.start(server.port);
    proxy.mode = mode;
    const people: ChatPage[] = [];
    for (const name of ['Ann', 'Ben']) {
      const chat = new ChatPage(await (await profile({ baseURL: proxy.url, ...DESKTOP })).newPage());
      await chat.join(name);
      await chat.detailsButton.click();
      await expect(chat.transport).toHaveText('polling');
      await expect(chat.transportReason).toHaveText(REASONS[mode]!);
      people.push(chat);
    }
    const [ann, ben] = people as [ChatPage, ChatPage];

    // They chat the whole time: before WebSocket works, while it takes over, and after it is gone again.
    let over = false;
    const said: string[] = [];
    const talk = async () => {
      for (let turn = 1; !over || turn < 5; turn += 1) {
        for (const chat of people) {
          const text = `${chat === ann ? 'ann' : 'ben'} ${turn}`;
          await chat.say(text);
          said.push(text);
        }
        await ann.page.waitForTimeout(500);
      }
    };
    const switches = async () => {
      try {
        await ann.page.waitForTimeout(1_000);
        proxy.mode = 'open';
        for (const chat of people) {
          await expect(chat.transport).toHaveText('websocket', { timeout: TRIED_AGAIN });
          await expect(chat.transportReason).toHaveText('WebSocket works on this network.');
        }
        await ann.page.waitForTimeout(1_000);
        proxy.mode = mode;
        proxy.drop();
        for (const chat of people) await expect(chat.transport).toHaveText('polling', { timeout: TRIED_AGAIN });
        await ann.page.waitForTimeout(1_000);
      } finally {
        over = true;
      }
    };
    await Promise.all([talk(), switches()]);

    for (const chat of people) await chat.expectAllSent();
    // The last of each: either may be stored after the other.
    for (const text of said.slice(-2)) {
      for (const chat of people) await expect(chat.row(text)).toBeVisible();
    }
    const log = (await ann.readToTop()).map((row) => row.text);
    expect((await ben.readToTop()).map((row) => row.text)).toEqual(log);
    expect([...log].sort()).toEqual([...said].sort());
    for (const name of ['ann', 'ben']) {
      expect(log.filter((text) => text.startsWith(name))).toEqual(said.filter((text) => text.startsWith(name)));
    }
    for (const { page } of people) await page.close();
    await proxy.close();
  });
}

test('fault_f02_the_details_say_in_korean_why_polling_is_used', async ({ server, profile, allowConsole }) => {
  allowConsole(NETWORK.socket);
  const proxy = await Proxy.start(server.port);
  proxy.mode = 'refused';
  const ann = new ChatPage(await (await profile({ baseURL: proxy.url, locale: 'ko-KR', ...DESKTOP })).newPage());
  await ann.join('Ann');
  await ann.detailsButton.click();
  await expect(ann.transport).toHaveText('polling');
  await expect(ann.transportReason).toContainText('WebSocket이 거부돼요');
  await ann.page.close();
  await proxy.close();
});

test('a page of an address that the server does not accept says so, and what to do', async ({ server, profile, allowConsole }) => {
  allowConsole(answered(403, /\/api\/session/));
  const proxy = await Proxy.start(server.port);
  const ann = new ChatPage(await (await profile({ baseURL: proxy.url })).newPage());
  await ann.join('Ann');

  // From here on the proxy replaces the Host header, as many do unless they are told not to.
  proxy.keepsHost = false;
  proxy.drop();
  await expect(ann.connection).toContainText('does not accept pages from this address. Open the chat at its public address');
  await ann.say('it waits');
  const newcomer = new ChatPage(await (await profile({ baseURL: proxy.url, locale: 'ko' })).newPage());
  await newcomer.page.goto('/');
  await newcomer.nickname.fill('Ben');
  await newcomer.joinButton.click();
  await expect(newcomer.page.getByTestId('nickname-hint')).toContainText('이 주소의 페이지는 서버가 허용하지 않아요. 공개된 주소로');

  proxy.keepsHost = true;
  await newcomer.joinButton.click();
  await newcomer.expectConnected();
  await ann.toggle.click();
  await newcomer.expectTexts(['it waits']);
  for (const { page } of [ann, newcomer]) await page.close();
  await proxy.close();
});
