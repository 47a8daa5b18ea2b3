// Tests the watch on the pages' consoles: each kind of error fails a test that does not announce it.

import { NETWORK } from './console.js';
import { expect, test } from './chat.js';

test('an error in any page of any context fails the test, unless it is announced', async ({ consoleWatch, profile, browser }) => {
  const ours = await (await profile()).newPage();
  const opened = await (await browser.newContext()).newPage();
  await ours.goto('/');
  await ours.evaluate(() => console.error('logged'));
  await opened.evaluate(() => void setTimeout(() => { throw new Error('thrown out'); }));
  await opened.evaluate(() => void Promise.reject(new Error('nobody handles it')));
  await ours.evaluate(() => fetch('http://127.0.0.1:9/').catch(() => {}));
  await expect.poll(() => consoleWatch.unannounced.length).toBeGreaterThanOrEqual(4);
  for (const error of [/^error: logged/, /^thrown: .*thrown out/, /^thrown: .*nobody handles it/]) {
    await expect.poll(() => consoleWatch.unannounced).toContainEqual(expect.stringMatching(error));
    consoleWatch.allow(error);
  }
  // The page's own policy blocks the request before the network does.
  consoleWatch.allow(/Content Security Policy/, NETWORK.request);
  expect(consoleWatch.unannounced).toEqual([]);
  await opened.context().close();
});
