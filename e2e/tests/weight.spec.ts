// What a first visit fetches.

import { ChatPage } from '../pages/chat.js';
import { expect, test } from './chat.js';

/** Most bytes over the wire of everything that the page is made of. A little above what it is: growth is noticed here first. */
const BUDGET = 715_000;
/** Most of them for a form that can be filled in, which is the first answer alone. */
const FORM_BUDGET = 20_000;
/** Smaller files are not worth compressing. */
const SMALL = 1_000;

test('the page comes compressed, as each browser takes it, and within its budget', async ({ profile, server, request }) => {
  const page = await (await profile()).newPage();
  const files: string[] = [];
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname;
    if (!path.startsWith('/api/')) files.push(path);
  });
  await page.goto('/');
  await expect(new ChatPage(page).nickname).toBeVisible();
  const parts = [...new Set(files)];
  expect(parts.some((path) => path.endsWith('.wasm'))).toBe(true);

  let weight = 0;
  for (const path of parts) {
    const as = async (encoding: string) => {
      const answer = await request.get(`${server.url}${path}`, { headers: { accept: 'text/html, */*', 'accept-encoding': encoding } });
      expect(answer.status(), path).toBe(200);
      const { 'content-encoding': sent, 'content-length': length } = answer.headers();
      return { sent, length: Number(length), body: await answer.body() };
    };
    const [plain, gzip, brotli] = [await as('identity'), await as('gzip, deflate'), await as('gzip, deflate, br')];
    weight += brotli.length;
    if (path === '/') expect(brotli.length, 'the form of a first visit').toBeLessThan(FORM_BUDGET);
    expect(plain.sent, path).toBeUndefined();
    for (const [name, answer] of [['gzip', gzip], ['br', brotli]] as const) {
      // The same file, whichever way it came.
      expect(answer.body.equals(plain.body), path).toBe(true);
      if (plain.length < SMALL) continue;
      expect(answer.sent, path).toBe(name);
      expect(answer.length, path).toBeLessThan(plain.length);
    }
  }
  expect(weight, `${parts.length} files`).toBeLessThan(BUDGET);
});
