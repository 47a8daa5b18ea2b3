// Frames, keys and memory of the page in a busy room, beside the page of Socket.IO's tutorial.
//
//   node frames/frames.mjs        STEADFAST_BIN=…/release/steadfast, CHROMIUM=…, ROUNDS=3, SLOWER=1, BURST_SECONDS=6

import { chromium } from '@playwright/test';
import { setTimeout as delay } from 'node:timers/promises';
import { memory } from './memory.mjs';
import { install, observe } from './probe.mjs';
import { report, row } from './report.mjs';
import { SIDES } from './sides.mjs';
import { analyse, CATEGORIES } from './trace.mjs';

/** @typedef {import('./sides.mjs').Side} Side */
/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ frames: number[], work: number[], keys: number[], spent: Record<string, number>, layouts: number, seconds: number, messages: number }} Sample */

const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** The factor by which the browser's processor is slowed down. */
const SLOWER = Number(process.env.SLOWER ?? 1);
const SCREEN = { viewport: { width: 1280, height: 800 } };
/** Messages per second in a burst, and for how long. */
const BURST = { perSecond: 500, seconds: Number(process.env.BURST_SECONDS ?? 6) };
const LONG_ROOM = 10_000;
/** Messages written in the long room. */
const WRITTEN = 8;
/** An hour of a busy room: a message per second. */
const HOUR = { messages: 3_600, perSecond: 200, samples: 6 };
/** Messages in the room at first, more than a page keeps in its document. */
const ROOM = 1_000;
const TEXTS = ['yes', 'who has the key of the store room?', 'the quick brown fox jumps over the lazy dog and back again, twice'];

const TYPED = 'a quick brown fox ';

let said = 0;

/**
 * The authors write in turn, at this rate; resolves when the page shows all of it.
 * @param {Side} side
 * @param {Page} page
 * @param {number} count
 * @param {number} perSecond
 */
async function pour(side, page, count, perSecond) {
  const began = performance.now();
  const write = () => {
    said += 1;
    const text = `said ${said}: ${TEXTS[said % TEXTS.length]}`;
    return { text, acknowledged: side.authors[said % side.authors.length](text) };
  };
  const written = [];
  for (; written.length < count; await delay(5)) {
    const due = Math.min(count, ((performance.now() - began) * perSecond) / 1_000);
    while (written.length < due) written.push(write().acknowledged);
  }
  await Promise.all(written);
  // The authors' messages may pass each other; this one comes after all.
  const last = write();
  await last.acknowledged;
  const shown = page.waitForFunction(
    ([texts, last]) => [...document.querySelectorAll(texts)].at(-1)?.textContent === last,
    [side.texts, last.text],
    { polling: 100, timeout: 20_000 },
  );
  // The figures of such a run are of a page that draws less.
  await shown.catch(() => console.log(`${side.name}: the view left the end, and the newest messages are not shown`));
}

/**
 * Types as a person does, until `over` is set.
 * @param {Page} page
 * @param {{ over: boolean }} until
 */
async function type(page, until) {
  for (let nth = 0; !until.over; nth += 1) {
    const letter = TYPED[nth % TYPED.length];
    await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    await delay(90 + ((nth * 37) % 80));
  }
}

/** A burst of messages, while somebody types; returns how many. @param {Side} side @param {Page} page */
async function burst(side, page) {
  await page.locator(side.input).click();
  const until = { over: false };
  const typing = type(page, until);
  const count = BURST.perSecond * BURST.seconds;
  await pour(side, page, count, BURST.perSecond).finally(() => (until.over = true));
  await typing;
  return count;
}

/** A long room: scrolled up, down again, and written in; returns how many messages came. @param {Side} side @param {Page} page */
async function longRoom(side, page) {
  await page.locator(side.scroller).hover();
  for (const way of [-1, 1]) {
    for (let turn = 0; turn < 60; turn += 1) {
      await page.mouse.wheel(0, way * 400);
      await delay(40);
    }
  }
  await page.locator(side.input).click();
  for (let message = 0; message < WRITTEN; message += 1) {
    await page.keyboard.type(`written ${message}`, { delay: 80 });
    await page.keyboard.press('Enter');
  }
  return WRITTEN;
}

/**
 * Opens a side's room of so many messages in a profile of its own.
 * @template T
 * @param {import('@playwright/test').Browser} browser
 * @param {string} name
 * @param {number} messages
 * @param {(side: Side, page: Page) => Promise<T>} work
 */
async function visit(browser, name, messages, work) {
  const side = await SIDES[name](messages);
  const context = await browser.newContext(SCREEN);
  try {
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => console.error(`${name}: ${message}`));
    await install(page);
    await side.enter(page);
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    // Parts that are loaded once the page is idle, and the first writes to the device's storage.
    await delay(3_000);
    return await work(side, page);
  } finally {
    await context.close();
    await side.close();
  }
}

/**
 * @param {import('@playwright/test').Browser} browser
 * @param {(side: Side, page: Page) => Promise<number>} scenario
 * @returns {(side: Side, page: Page) => Promise<Sample>}
 */
const traced = (browser, scenario) => async (side, page) => {
  await browser.startTracing(page, { categories: CATEGORIES });
  const began = performance.now();
  let messages = 0;
  const { frames, keys } = await observe(page, async () => {
    messages = await scenario(side, page);
  });
  const seconds = (performance.now() - began) / 1_000;
  const { spent, perFrame, layouts } = analyse(await browser.stopTracing());
  return { frames, work: perFrame, keys, spent, layouts, seconds, messages };
};

/** An hour of messages, and the page's memory after each part of it. @param {Side} side @param {Page} page */
async function hour(side, page) {
  const samples = [await memory(page)];
  for (let part = 0; part < HOUR.samples; part += 1) {
    await pour(side, page, HOUR.messages / HOUR.samples, HOUR.perSecond);
    // What is deferred is done.
    await delay(1_000);
    samples.push(await memory(page));
  }
  return samples;
}

const SCENARIOS = {
  [`${BURST.perSecond} messages per second for ${BURST.seconds} s, while somebody types`]: { messages: ROOM, run: burst },
  [`a room of ${LONG_ROOM} messages: scrolled, then written in`]: { messages: LONG_ROOM, run: longRoom },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
console.log(`${ROUNDS} rounds${SLOWER > 1 ? `, processor ${SLOWER}× slower` : ''}, software rendering; the screen refreshes every 16.7 ms`);
for (const [title, { messages, run }] of Object.entries(SCENARIOS)) {
  /** @type {Record<string, Sample[]>} */
  const samples = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(SIDES)) (samples[name] ??= []).push(await visit(browser, name, messages, traced(browser, run)));
  }
  report(title, samples);
}

console.log(`\n${HOUR.messages} messages, an hour of a busy room, at ${HOUR.perSecond} per second; after each garbage collection`);
row('', 'messages', 'JS heap', 'wasm', 'DOM nodes', 'listeners');
for (const name of Object.keys(SIDES)) {
  const samples = await visit(browser, name, ROOM, hour);
  for (const [part, { heap, wasm, nodes, listeners }] of samples.entries()) {
    const messages = ROOM + (part * HOUR.messages) / HOUR.samples;
    row(part === 0 ? name : '', messages, `${(heap / 1e6).toFixed(2)} MB`, `${(wasm / 1e6).toFixed(2)} MB`, nodes, listeners);
  }
}
await browser.close();
