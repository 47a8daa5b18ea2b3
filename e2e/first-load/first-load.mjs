// Load time and size of a page on a phone with a bad connection: Steadfast's page and that of Socket.IO's tutorial, in turn.
//
//   node first-load/first-load.mjs        STEADFAST_BIN=…/release/steadfast, ROUNDS=5

import { chromium } from '@playwright/test';
import { median } from '../quantile.mjs';
import { Server } from '../server.mjs';
import { tutorial } from './tutorial.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
/** A fast 3G link. */
const LINK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
/** The factor by which the phone's processor is slower than this one. */
const SLOWER = 4;
const PHONE = { viewport: { width: 412, height: 839 }, isMobile: true, hasTouch: true };

/**
 * Opens a page on the slow phone and waits for each of these in turn; returns the milliseconds until each, and the bytes
 * transferred.
 * @param {import('@playwright/test').BrowserContext} context
 * @param {string} url
 * @param {string[]} selectors
 */
async function open(context, url, selectors) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', LINK);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  let [bytes, requests] = [0, 0];
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  // Measured in the page by its own clock: a check from outside would come late.
  await page.addInitScript((selectors) => {
    const at = (globalThis.seenAt = {});
    const look = () => {
      for (const selector of selectors) {
        const seen = document.querySelector(selector);
        if (!(selector in at) && seen && seen.checkVisibility()) at[selector] = performance.now();
      }
      if (Object.keys(at).length < selectors.length) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, selectors);
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction((count) => Object.keys(globalThis.seenAt).length === count, selectors.length, { timeout: 60_000 });
  const seen = await page.evaluate(() => globalThis.seenAt);
  const answer = { times: selectors.map((selector) => seen[selector]), bytes, requests };
  await page.close();
  return answer;
}

const server = await Server.start({ fill: ['--messages', '1000'] });
const peer = await tutorial();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
/** @type {Record<string, Awaited<ReturnType<typeof open>>[]>} */
const rounds = { tutorial: [], 'first visit': [], 'known device': [] };

for (let round = 0; round < ROUNDS; round += 1) {
  const stranger = await browser.newContext(PHONE);
  rounds.tutorial.push(await open(stranger, peer.url, ['#input', '[data-ready] #input']));
  await stranger.close();
  const newcomer = await browser.newContext(PHONE);
  rounds['first visit'].push(await open(newcomer, server.url, ['[data-testid=nickname]', 'body:not(:has(> #boot)) [data-testid=nickname]']));
  const page = await newcomer.newPage();
  await page.goto(server.url);
  await page.getByTestId('nickname').fill(`Ann ${round}`);
  await page.getByTestId('join').click();
  await page.getByTestId('row').last().waitFor();
  // The page writes to the device's storage a moment later.
  await page.waitForTimeout(3_000);
  await page.close();
  rounds['known device'].push(await open(newcomer, server.url, ['.shell', '[data-testid=row]']));
  await newcomer.close();
}

console.log(`${ROUNDS} rounds, processor ${SLOWER}× slower, 1.6 Mbit/s, 150 ms; medians`);
const row = (/** @type {unknown[]} */ ...cells) => console.log(cells.map((cell, at) => (at === 0 ? String(cell).padEnd(14) : String(cell).padStart(12))).join(' '));
row('', 'usable', 'running', 'KB', 'requests');
for (const [name, opened] of Object.entries(rounds)) {
  const of = (/** @type {(one: typeof opened[number]) => number} */ pick) => median(opened.map(pick));
  row(name, `${of(({ times }) => times[0]).toFixed(0)} ms`, `${of(({ times }) => times[1]).toFixed(0)} ms`, (of(({ bytes }) => bytes) / 1_000).toFixed(1), of(({ requests }) => requests));
}
await browser.close();
await peer.close();
await server.dispose();
