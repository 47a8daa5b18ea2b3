// Everything below a path of its host: `https://host/chat/`.

import { createServer, request, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { ChatPage } from '../pages/chat.js';
import { expect, test } from './chat.js';

test.use({ serverArgs: ['--base-path', '/chat'] });

/** A small reverse proxy that serves `/chat/` of a host: it keeps the path, or removes it. All other paths belong to another application. */
class PathProxy {
  readonly #server: HttpServer;
  readonly #open = new Set<Socket>();
  /** Requests to the host outside of `/chat`. */
  readonly astray: string[] = [];

  private constructor(upstream: number, strips: boolean) {
    const path = (url = '/') => (strips ? url.replace(/^\/chat(?=[/?]|$)/, '') || '/' : url);
    const isOurs = (asked: IncomingMessage) => {
      const ours = /^\/chat(?=[/?]|$)/.test(asked.url ?? '');
      if (!ours) this.astray.push(asked.url ?? '');
      return ours;
    };
    this.#server = createServer((asked, answer) => {
      if (!isOurs(asked)) {
        answer.writeHead(404).end('another product');
        return;
      }
      const { method, headers } = asked;
      // A connection that is kept for the next request may end just as that is sent.
      const passed = request({ host: '127.0.0.1', port: upstream, path: path(asked.url), method, headers, agent: false }, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      asked.pipe(passed);
    });
    this.#server.on('upgrade', (asked: IncomingMessage, client: Socket, head: Buffer) => {
      if (!isOurs(asked)) {
        client.destroy();
        return;
      }
      const server = connect(upstream, '127.0.0.1', () => {
        const lines = [`${asked.method} ${path(asked.url)} HTTP/1.1`];
        for (let at = 0; at < asked.rawHeaders.length; at += 2) lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
        server.write(`${lines.join('\r\n')}\r\n\r\n`);
        server.write(head);
        server.pipe(client).pipe(server);
      });
      for (const socket of [server, client]) {
        this.#open.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => this.#open.delete(socket));
      }
    });
  }

  static async start(upstream: number, { strips }: { strips: boolean }): Promise<PathProxy> {
    const proxy = new PathProxy(upstream, strips);
    await new Promise<void>((listens) => proxy.#server.listen(0, '127.0.0.1', listens));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Joins, chats, reloads a deep link, signs in again by cookie, and follows an invitation: all below the path. */
async function live(first: ChatPage, second: ChatPage, home: string, ownerCode: string): Promise<void> {
  const { page } = first;
  await page.goto(home);
  await first.nickname.fill('Ann');
  await first.joinButton.click();
  await first.expectConnected();
  await expect(page).toHaveURL(new RegExp(`^${home.replace(/\/$/, '')}/r/[0-9a-f-]{36}$`));
  await first.say('below a path');
  await first.expectAllSent();
  const [cookie] = await page.context().cookies();
  expect(cookie?.path).toBe('/chat');

  await page.reload();
  await first.expectConnected();
  await first.expectTexts(['below a path']);
  const seq = await first.rows.first().getAttribute('data-seq');
  await page.goto(`${page.url()}/${seq}`);
  await first.expectConnected();
  await expect(first.row('below a path')).toBeFocused();
  await expect(page.getByTestId('room-link').first()).toHaveAttribute('href', /^\/chat\/r\//);

  await page.goto(`${home}owner#${ownerCode}`);
  await page.getByTestId('claim-do').click();
  await expect(page.getByTestId('claim')).toHaveCount(0);
  expect(page.url()).not.toContain(ownerCode);
  await first.expectConnected();
  await first.settings.click();
  await page.getByTestId('closed').check();
  await page.getByTestId('new-invite').click();
  const invitation = (await page.getByTestId('invite-link').locator('code').textContent())!;
  expect(new URL(invitation).pathname).toBe('/chat/join');
  await second.page.goto(invitation);
  await second.nickname.fill('Ben');
  await second.joinButton.click();
  await second.expectConnected();
  await second.expectTexts(['below a path']);
  await second.say('so am I');
  await expect(first.row('so am I')).toBeVisible();
  // The other device uses the server's own name for the transport.
  await page.keyboard.press('Escape');
  await first.detailsButton.click();
  // A page that was too busy for its WebSocket at first polls for a while.
  await expect(first.transport).toHaveText('websocket', { timeout: 60_000 });
}

test('fault_f31 the server itself answers below its base path', async ({ profile, server }) => {
  const [ann, ben] = [new ChatPage(await (await profile()).newPage()), new ChatPage(await (await profile()).newPage())];
  await live(ann, ben, `${server.url}/chat/`, server.ownerCode);
});

for (const strips of [false, true]) {
  test(`fault_f31 behind a proxy that ${strips ? 'takes the path off' : 'keeps the path'}`, async ({ profile, server }) => {
    const proxy = await PathProxy.start(server.port, { strips });
    const [ann, ben] = [new ChatPage(await (await profile()).newPage()), new ChatPage(await (await profile()).newPage())];
    await live(ann, ben, `${proxy.url}/chat/`, server.ownerCode);
    expect(proxy.astray, 'nothing is asked of the rest of the host').toEqual([]);
    for (const { page } of [ann, ben]) await page.close();
    proxy.close();
  });
}

test('fault_f31 two servers below paths of one host keep apart what a browser stores for them', async ({ profile, server }) => {
  const proxy = await PathProxy.start(server.port, { strips: false });
  const ann = new ChatPage(await (await profile()).newPage());
  await ann.page.goto(`${proxy.url}/chat/`);
  await ann.nickname.fill('Ann');
  await ann.joinButton.click();
  await ann.expectConnected();
  const databases = await ann.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(databases).toEqual(['steadfast/chat']);
  await ann.speak('ko');
  await ann.composer.fill('a draft');
  const keys = () => ann.page.evaluate(() => Object.keys(localStorage));
  await expect.poll(async () => (await keys()).length).toBeGreaterThan(2);
  expect((await keys()).filter((key) => !key.endsWith('/chat'))).toEqual([]);
  await ann.page.close();
  proxy.close();
});
