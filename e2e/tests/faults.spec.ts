// The fault panel: a person breaks the link and the storage of their own tab; each message is still stored once and shown
// once, and the panel shows the mechanism behind it.

import { devices } from '@playwright/test';
import { ChatPage } from '../pages/chat.js';
import { FaultPanel } from '../pages/faults.js';
import { expect, numbered, test } from './chat.js';

test.describe('if the server offers it', () => {
  test.use({ serverArgs: ['--fault-panel'] });

  test('an undisturbed message passes step by step', async ({ person }) => {
    const ann = await person('Ann');
    const faults = await FaultPanel.open(ann);
    await expect(faults.place('wire'), 'as it stands when somebody begins to look').toContainText('connected');
    await expect(faults.place('wire')).toHaveAttribute('data-broken', 'false');
    await ann.say('a quiet one');
    await expect.poll(async () => (await faults.steps('a quiet one')).toSorted()).toEqual(['acked', 'came', 'saved', 'tried', 'typed']);
    await expect(faults.trace('a quiet one')).toHaveAttribute('data-place', 'inbox');
    await expect(faults.place('log')).toHaveAttribute('data-many', '1');
    await expect(faults.place('inbox')).toHaveAttribute('data-many', '1');
    await expect(faults.place('outbox')).toHaveAttribute('data-many', '0');
    for (const counter of ['retries', 'known-to-server', 'repeats', 'gaps']) expect(await faults.counted(counter)).toBe(0);
  });

  test('the link is cut, and stays refused until mended', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const faults = await FaultPanel.open(ann);
    await faults.break('refuse');
    await faults.cut();
    await ann.expectNotConnected();
    const texts = numbered('offline', 3);
    await ann.say(...texts);
    for (const text of texts) await ann.expectState(text, 'saved');
    await expect(faults.place('outbox')).toHaveAttribute('data-many', '3');
    await expect(faults.place('wire')).toHaveAttribute('data-broken', 'true');
    // Retrying by hand does not get through either.
    await expect(ann.connection).toHaveAttribute('data-state', 'waiting');
    await ann.retryNow.click();
    await expect(ann.connection).toHaveAttribute('data-state', 'waiting');
    await faults.mend('refuse');
    await ann.hurry();
    for (const chat of [ann, ben]) {
      await chat.expectTexts(texts, 40_000);
      await chat.expectAllSent();
    }
    await expect(faults.place('outbox')).toHaveAttribute('data-many', '0');
  });

  test('a half-open link is noticed, and messages lost on it are sent again', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const faults = await FaultPanel.open(ann);
    await faults.break('half-open');
    await ann.say('into the void');
    await expect(faults.place('wire')).toHaveAttribute('data-many', '1');
    await ben.say('while Ann hears nothing');
    await ann.expectConnected();
    for (const chat of [ann, ben]) {
      await chat.expectTexts(['while Ann hears nothing', 'into the void'], 60_000);
      await chat.expectAllSent();
    }
    await expect(faults.switch('half-open'), 'it ended with that connection').not.toBeChecked();
    await faults.expectCounted('retries', 1);
    await faults.expectActed('exactly-once');
    const steps = await faults.steps('into the void');
    expect(steps).toContain('tried-lost');
    expect(steps).toContain('unanswered');
  });

  test('a lost acknowledgement ends in one message, and the id did it', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const faults = await FaultPanel.open(ann);
    await faults.break('swallow-acks', 'lose-entries');
    await ann.say('did you get it?');
    await ben.expectTexts(['did you get it?']);
    await expect(faults.trace('did you get it?'), 'stored, and not known here').toHaveAttribute('data-place', 'log');
    await expect(faults.place('log')).toHaveAttribute('data-dots', '1');
    await expect(faults.place('log')).toHaveAttribute('data-many', '1');
    await expect(faults.place('inbox')).toHaveAttribute('data-many', '0');
    await faults.expectActed('known-id', 40_000);
    await faults.mend('swallow-acks', 'lose-entries');
    await ann.expectAllSent(60_000);
    for (const chat of [ann, ben]) await chat.expectTexts(['did you get it?']);
    await faults.expectCounted('known-to-server', 1);
    await faults.expectCounted('retries', 1);
    await faults.expectActed('exactly-once');
  });

  test('a repeated message counts once', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const faults = await FaultPanel.open(ann);
    await faults.break('repeat');
    await ann.say(...numbered('twice', 3));
    await ann.expectAllSent();
    await ben.say('heard twice');
    for (const chat of [ann, ben]) await chat.expectTexts([...numbered('twice', 3), 'heard twice']);
    await faults.expectCounted('known-to-server', 3);
    await faults.expectCounted('repeats', 4);
    await faults.expectActed('known-id');
    await faults.expectActed('dropped-repeat');
    expect(await faults.steps('twice 1')).toContain('copy');
  });

  test('lost broadcasts leave a gap that is noticed and closed', async ({ person, wirePerson }) => {
    const ann = await person('Ann');
    const ben = await wirePerson('Ben');
    const faults = await FaultPanel.open(ann);
    await faults.break('lose-entries');
    await ben.post(ben.item('lost on the way'));
    await faults.expectCounted('entries-lost', 1);
    await expect(ann.rows).toHaveCount(0);
    await faults.mend('lose-entries');
    await ben.post(ben.item('and the next'));
    await ann.expectTexts(['lost on the way', 'and the next']);
    await faults.expectCounted('gaps', 1);
    await faults.expectCounted('healed', 1);
    await faults.expectActed('healed');
    const room = ann.page.getByTestId('faults-room').first();
    await expect(room.getByTestId('faults-cursor')).toHaveText('2');
    await expect(room.getByTestId('faults-head')).toHaveText('2');
  });

  test('a stalled storage delays nothing but the word "saved"', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const faults = await FaultPanel.open(ann);
    await faults.break('stall-storage');
    await ann.say('sent unsaved');
    await ben.expectTexts(['sent unsaved']);
    await faults.break('refuse');
    await faults.cut();
    await ann.expectNotConnected();
    await ann.say('neither saved nor sent');
    await ann.expectState('neither saved nor sent', 'saving');
    await faults.mend('stall-storage');
    await ann.expectState('neither saved nor sent', 'saved');
    await faults.mend('refuse');
    await ann.hurry();
    for (const chat of [ann, ben]) {
      await chat.expectTexts(['sent unsaved', 'neither saved nor sent'], 40_000);
      await chat.expectAllSent();
    }
  });

  test('a person sends, breaks and mends without leaving the panel', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const faults = await FaultPanel.open(ann);
    await expect(faults.mendEverything, 'nothing is broken').toBeDisabled();
    await faults.break('refuse', 'repeat', 'stall-storage');
    await ann.page.getByTestId('fault-delay').selectOption('500');
    await faults.cut();
    await ann.expectNotConnected();
    await faults.sendTest.click();
    await faults.sendTest.click();
    await ann.expectState('Test 2', 'saving');
    await faults.mendEverything.click();
    for (const fault of ['refuse', 'repeat', 'stall-storage'] as const) await expect(faults.switch(fault)).not.toBeChecked();
    await expect(ann.page.getByTestId('fault-delay')).toHaveValue('0');
    for (const chat of [ann, ben]) {
      await chat.expectTexts(['Test 1', 'Test 2'], 40_000);
      await chat.expectAllSent();
    }
    await expect(faults.mendEverything).toBeDisabled();
  });

  test('a slow link keeps the order', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const faults = await FaultPanel.open(ann);
    await ann.page.getByTestId('fault-delay').selectOption('500');
    const texts = numbered('slow', 5);
    await ann.say(...texts);
    await expect(faults.place('wire')).toHaveAttribute('data-broken', 'true');
    for (const chat of [ann, ben]) {
      await chat.expectTexts(texts);
      await chat.expectAllSent();
    }
  });

  test('a person looks back over the events, by keyboard too', async ({ person }) => {
    const ann = await person('Ann');
    const faults = await FaultPanel.open(ann);
    await faults.break('refuse');
    await faults.cut();
    await ann.expectNotConnected();
    await ann.say('seen later');
    await ann.expectState('seen later', 'saved');
    await faults.mend('refuse');
    await ann.hurry();
    await ann.expectAllSent(40_000);
    await expect(faults.place('outbox')).toHaveAttribute('data-many', '0');

    const earlier = ann.page.getByTestId('faults-earlier');
    await expect(async () => {
      await earlier.click();
      await expect(faults.place('outbox')).toHaveAttribute('data-many', '1', { timeout: 300 });
      await expect(faults.place('wire')).toContainText('down', { timeout: 300 });
    }).toPass({ timeout: 30_000, intervals: [50] });
    await expect(faults.time).toContainText('ago');
    await expect(faults.trace('seen later')).toHaveAttribute('data-place', 'outbox');

    await faults.scrubber.focus();
    await ann.page.keyboard.press('Home');
    await expect(faults.trace('seen later')).toHaveCount(0);
    await ann.page.keyboard.press('End');
    await expect(faults.time).toHaveText('Live');
    await expect(faults.trace('seen later')).toHaveAttribute('data-place', 'inbox');
  });

  test('a reload mends everything, and keeps what was saved', async ({ person }) => {
    const ann = await person('Ann');
    const faults = await FaultPanel.open(ann);
    await faults.break('refuse', 'repeat');
    await faults.cut();
    await ann.expectNotConnected();
    await ann.say('through a reload');
    await ann.expectState('through a reload', 'saved');
    await ann.page.reload();
    await ann.expectConnected();
    await ann.expectTexts(['through a reload']);
    await ann.expectAllSent();
    const again = await FaultPanel.open(ann);
    for (const fault of ['refuse', 'repeat'] as const) await expect(again.switch(fault)).not.toBeChecked();
  });

  for (const [device, options] of Object.entries({
    desktop: { viewport: { width: 1280, height: 1600 } },
    phone: { viewport: devices['Pixel 7']!.viewport, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`pictures: ${device}, ${colorScheme}`, async ({ person, wirePerson }) => {
        const ben = await wirePerson('Ben');
        const ann = await person('Ann', { ...options, colorScheme });
        const say = async (text: string) => {
          await ann.composer.fill(text);
          await ann.sendButton.click();
        };
        // A phone's message is typed before the details cover the composer.
        await say('before the storm');
        await ann.expectAllSent();
        const faults = await FaultPanel.open(ann);
        await faults.break('lose-entries', 'repeat');
        await ben.post(ben.item('lost on the way'));
        await faults.expectCounted('entries-lost', 1);
        await faults.mend('lose-entries');
        await ben.post(ben.item('and the next'));
        await faults.expectActed('healed');
        await faults.break('refuse');
        await faults.cut();
        await ann.expectNotConnected();
        await ann.page.getByTestId('details-close').click();
        await say('written in the storm');
        await say('and kept until it is over');
        await ann.detailsButton.click();
        await expect(faults.place('outbox')).toHaveAttribute('data-many', '2');
        const complaints = await ann.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        expect(complaints, 'nothing is wider than the screen').toBe(false);
        for (const [name, part] of Object.entries({
          switches: 'break-it',
          snapshot: 'faults-snapshot',
          traces: 'counted-retries',
        })) {
          await ann.page.getByTestId(part).scrollIntoViewIfNeeded();
          await ann.page.screenshot({ path: `test-results/looks/faults-${device}-${colorScheme}-${name}.png` });
        }
      });
    }
  }
});

test('there is no panel if the server does not offer it', async ({ person }) => {
  test.skip(process.env.STEADFAST_DEBUG_PAGE !== undefined, 'a page built for development always has it');
  const ann: ChatPage = await person('Ann');
  const asked = ann.page.waitForResponse((response) => response.url().endsWith('/api/features'));
  await ann.detailsButton.click();
  expect(await (await asked).json()).toEqual({ fault_panel: false });
  await expect(ann.page.getByTestId('change-person')).toBeVisible();
  await expect(ann.page.getByTestId('break-it')).toHaveCount(0);
});
