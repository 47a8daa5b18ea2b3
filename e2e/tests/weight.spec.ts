// The size of a first visit.

import { ChatPage } from '../pages/chat.js';
import { expect, test } from './chat.js';

/** Most bytes over the wire of everything that a room needs. A little above what it is: growth is noticed here first. */
const BUDGET = 394_000;
/** Most of them for a form that can be filled in, which is the first answer alone. */
const FORM_BUDGET = 20_000;
/** Most bytes of the parts that every page loads once it is idle, together. */
const PARTS_BUDGET = 178_000;
/** Most bytes of the fault panel and its laboratory, which few people ever open. */
const LAB_BUDGET = 38_000;
/** A part, as the script that loads parts names it. */
const PART = /steadfast-web-[0-9a-f]+-\w+\.wasm/g;
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
  // Once the page runs, it has requested every file of a first visit.
  await expect(page.locator('#boot-form')).toHaveCount(0);
  await expect(new ChatPage(page).nickname).toBeVisible();
  const parts = [...new Set(files)];
  expect(parts.some((path) => path.endsWith('.wasm'))).toBe(true);

  const loader = parts.find((path) => path.endsWith('-parts.js')) ?? '';
  const later = [...new Set((await (await request.get(`${server.url}${loader}`)).text()).match(PART))].map((name) => `/${name}`);
  expect(later.length).toBeGreaterThan(0);
  expect(parts.filter((path) => later.includes(path)), 'nothing of what is loaded later').toEqual([]);

  let weight = 0;
  let weightLater = 0;
  for (const path of [...parts, ...later]) {
    const as = async (encoding: string) => {
      const answer = await request.get(`${server.url}${path}`, { headers: { accept: 'text/html, */*', 'accept-encoding': encoding } });
      expect(answer.status(), path).toBe(200);
      const { 'content-encoding': sent, 'content-length': length } = answer.headers();
      return { sent, length: Number(length), body: await answer.body() };
    };
    const [plain, gzip, brotli] = [await as('identity'), await as('gzip, deflate'), await as('gzip, deflate, br')];
    if (path === '/') expect(brotli.length, 'the form of a first visit').toBeLessThan(FORM_BUDGET);
    if (path.endsWith('-lab.wasm')) expect(brotli.length, 'the fault panel').toBeLessThan(LAB_BUDGET);
    else if (later.includes(path)) weightLater += brotli.length;
    else weight += brotli.length;
    expect(plain.sent, path).toBeUndefined();
    for (const [name, answer] of [['gzip', gzip], ['br', brotli]] as const) {
      // The same file in each encoding.
      expect(answer.body.equals(plain.body), path).toBe(true);
      if (plain.length < SMALL) continue;
      expect(answer.sent, path).toBe(name);
      expect(answer.length, path).toBeLessThan(plain.length);
    }
  }
  expect(weight, `${parts.length} files`).toBeLessThan(BUDGET);
  expect(weightLater, `${later.length} parts`).toBeLessThan(PARTS_BUDGET);
  // A name with a hash always has the same content.
  for (const path of later) {
    const answer = await request.head(`${server.url}${path}`);
    expect(answer.headers()['cache-control'], path).toContain('immutable');
    expect(answer.headers()['content-type'], path).toBe('application/wasm');
  }
});
