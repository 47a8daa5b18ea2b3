// How long a message that was acknowledged on one node takes to the screen of a browser on another one, and beside it to a
// program's connection to that node.
//
//   node screens/screens.mjs        STEADFAST_BIN=…/release/steadfast, STEADFAST_XTASK=…/xtask, CHROMIUM=…, MESSAGES=200

import { chromium } from '@playwright/test';
import { readFileSync, existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '../cluster.mjs';
import { Device, hangUp, signIn, until } from '../wire/device.mjs';

const MESSAGES = Number(process.env.MESSAGES ?? 200);
/** Between two messages: longer than one takes, and of no even rhythm. */
const pause = () => delay(30 + Math.random() * 40);

/** Milliseconds by the machine's clock, which the browser reads, too. */
const now = () => performance.timeOrigin + performance.now();

/**
 * The page notes when a row with a text is first in the document.
 * @param {import('@playwright/test').Page} page
 */
async function noteRows(page) {
  await page.evaluate(() => {
    const seen = (globalThis.seenAt = {});
    const look = () => {
      const at = performance.timeOrigin + performance.now();
      // The newest ones are at the end.
      for (const row of [...document.querySelectorAll('[data-testid=row-text]')].slice(-8)) seen[row.textContent ?? ''] ??= at;
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

/**
 * @param {string} what
 * @param {number[]} times
 */
function print(what, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => `${sorted[Math.floor((sorted.length - 1) * share)].toFixed(1)} ms`.padStart(9);
  console.log(`${what.padEnd(58)} p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)}`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
for (const adapter of /** @type {const} */ ((process.env.ADAPTERS ?? 'postgres,redis').split(','))) {
  const cluster = await Cluster.start({ nodes: 2, adapter });
  try {
    const page = await (await browser.newContext({ baseURL: cluster.nodes[2] })).newPage();
    await page.route((u) => !/^\/(api|socket\.io|healthz|readyz)/.test(u.pathname), async (route) => {
      const path = new URL(route.request().url()).pathname;
      const file = '/root/trees/nodes/web/dist' + (path === '/' ? '/index.html' : path);
      const type = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm', css: 'text/css', svg: 'image/svg+xml' }[file.split('.').pop()];
      if (existsSync(file)) await route.fulfill({ body: readFileSync(file), contentType: type }); else await route.fulfill({ status: 404, body: '' });
    });
    await page.goto('/');
    await page.getByTestId('nickname').fill('Ben');
    await page.getByTestId('join').click();
    await page.locator('[data-testid=connection][data-state=connected]').waitFor();
    await noteRows(page);

    const one = { url: cluster.nodes[1] };
    const two = { url: cluster.nodes[2] };
    const ann = new Device(one, { token: (await signIn(one, 'Ann')).token });
    const cho = new Device(two, { token: (await signIn(two, 'Cho')).token });
    await ann.open();
    await cho.open();
    /** @type {Record<string, number>} */
    const acknowledged = {};
    /** @type {Record<string, number>} */
    const heard = {};
    cho.socket.on('entries', ({ entries }) => {
      for (const { body } of entries) heard[body.text] ??= now();
    });
    const texts = Array.from({ length: MESSAGES }, (_, nth) => `message ${nth}`);
    for (const text of texts) {
      await ann.post(ann.item(text));
      acknowledged[text] = now();
      await pause();
    }
    const last = /** @type {string} */ (texts.at(-1));
    await until(() => heard[last], 'the last one is heard');
    await page.waitForFunction((last) => globalThis.seenAt[last], last);
    /** @type {Record<string, number>} */
    const seen = await page.evaluate(() => globalThis.seenAt);
    const after = (/** @type {Record<string, number>} */ times) => texts.map((text) => Math.max(0, times[text] - acknowledged[text]));
    print(`${adapter}: acknowledged on one node to heard on another`, after(heard));
    print(`${adapter}: acknowledged on one node to the other's screen`, after(seen));
  } finally {
    hangUp();
    await cluster.dispose();
  }
}
await browser.close();
