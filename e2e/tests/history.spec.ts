// Long rooms: scrolling both ways, opening any place, and continuing from the last read message.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ChatPage } from '../pages/chat.js';
import { BINARY, Server } from '../server.mjs';
import { GENEROUS } from '../wire/device.mjs';
import { expect, numbered, test, type WirePerson } from './chat.js';

/** The length of the long room: several windows of the client; `STEADFAST_LONG_ROOM` overrides it. */
const MESSAGES = Number(process.env.STEADFAST_LONG_ROOM ?? 5_000);

/** Most rows that the page keeps in the document: `window::ROWS`. */
const ROWS = 400;

/** Posts more messages than fit on a page of history. */
const MANY = 450;

/** Posts many messages at once; returns their places in the log. */
const sayAll = (person: WirePerson, texts: string[]) => person.post(...texts.map((text) => person.item(text)));

/** Whether a row is in view. */
async function inView(chat: ChatPage, text: string): Promise<boolean> {
  const [row, view] = [await chat.row(text).boundingBox(), await chat.timeline.boundingBox()];
  return !!row && !!view && row.y >= view.y - 1 && row.y + row.height <= view.y + view.height + 1;
}

test.describe('a room with more in it than a page of history', () => {
  test.use({ serverArgs: GENEROUS });

  test('a message’s address leads to it, and there is a way back to now', async ({ person, wirePerson }) => {
    const ben = await wirePerson('Ben');
    const texts = numbered('said', MANY);
    const stored = await sayAll(ben, texts);
    const ann = await person('Ann');
    const room = new URL(ann.page.url()).pathname;
    await expect(ann.row(`said ${MANY}`)).toBeVisible();
    await expect(ann.row('said 1')).toHaveCount(0);
    await ann.page.goto(`${room}/${stored[40]?.seq}`);
    await ann.expectConnected();
    await expect(ann.row('said 41')).toBeVisible();
    await expect.poll(() => inView(ann, 'said 41')).toBe(true);
    await expect(ann.row('said 41')).toBeFocused();
    await expect(ann.row(`said ${MANY}`)).toHaveCount(0);

    // New messages do not move the visible ones, and do not count as read.
    await sayAll(ben, ['something new']);
    await expect(ann.page).toHaveTitle(/^\(1\)/);
    expect(await inView(ann, 'said 41')).toBe(true);

    await ann.page.getByTestId('to-end').click();
    await expect(ann.row('something new')).toBeVisible();
    await expect(ann.page).toHaveTitle(/^#general/);
    await ann.say('back at the end');
    await ann.expectAllSent();
  });

  test('rows that come above while as many of their height leave below leave what is read in its place', async ({ person, wirePerson }) => {
    const ben = await wirePerson('Ben');
    await sayAll(ben, numbered('said', 700));
    const ann = await person('Ann');
    await expect(ann.row('said 700')).toBeVisible();
    await ann.timeline.hover();
    // The anchor takes this for a person's own scrolling.
    await ann.page.mouse.wheel(0, -1);
    const jumps = await ann.timeline.evaluate(async (timeline) => {
      const top = (element?: Element | null) => element?.getBoundingClientRect().top ?? Number.NaN;
      // The name above a row's text goes when the row before it comes.
      const place = (row?: Element) => top(row?.querySelector('.row-text'));
      // Called in each frame after the page's own observer has corrected the view, before it is painted.
      const probe = document.body.appendChild(document.createElement('div'));
      probe.style.position = 'absolute';
      let painted = () => {};
      new ResizeObserver(() => painted()).observe(probe);
      const jumps: number[] = [];
      let [read, expected]: [Element | undefined, number] = [undefined, 0];
      for (let frame = 0; frame < 400; frame += 1) {
        probe.style.width = `${frame % 2}px`;
        await new Promise<void>((done) => {
          painted = () => {
            if (read?.isConnected) jumps.push(Math.round(place(read) - expected));
            const rows = [...timeline.querySelectorAll('[data-testid=row]')];
            read = rows.find((row) => row.getBoundingClientRect().bottom > top(timeline) + 1);
            timeline.scrollTop -= 150;
            expected = place(read);
            done();
          };
        });
        await new Promise(requestAnimationFrame);
      }
      return jumps.filter((jump) => Math.abs(jump) > 1);
    });
    expect(jumps).toEqual([]);
    await expect(ann.row('said 1')).toHaveCount(1);
    await expect(ann.row('said 700')).toHaveCount(0);
  });

  test('a returning person is led to the first unread message', async ({ person, wirePerson }) => {
    const ben = await wirePerson('Ben');
    const ann = await person('Ann');
    await ann.say('off I go');
    await ann.expectAllSent();
    await ann.page.goto('about:blank');
    const texts = numbered('said', MANY);
    await sayAll(ben, texts);
    await ann.page.addInitScript(() => {
      Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true });
    });
    await ann.page.goto('/');
    await ann.expectConnected();
    await expect(ann.page).toHaveTitle(new RegExp(`^\\(${MANY}\\)`));
    await ann.page.getByTestId('to-news').click();
    await expect.poll(() => inView(ann, 'said 1')).toBe(true);
    await expect(ann.page.getByTestId('new-line')).toHaveCount(1);
    // Down again, page by page, to the end.
    await ann.timeline.hover();
    await expect(async () => {
      await ann.page.mouse.wheel(0, 20_000);
      expect(await ann.row(`said ${MANY}`).count()).toBe(1);
    }).toPass({ timeout: 60_000 });
    expect(await ann.rows.count()).toBeLessThanOrEqual(ROWS);
  });

  test('a date leads to its messages, a future one to nothing', async ({ person, wirePerson }) => {
    const ben = await wirePerson('Ben');
    await sayAll(ben, numbered('said', MANY));
    const ann = await person('Ann');
    await expect(ann.row(`said ${MANY}`)).toBeVisible();
    await ann.page.getByTestId('room-menu').click();
    await ann.page.getByTestId('room-date').click();
    await ann.page.getByTestId('date').fill('2020-01-01');
    await ann.page.getByTestId('date-go').click();
    await expect.poll(() => inView(ann, 'said 1')).toBe(true);
    await expect(ann.timeline.getByText('This is the beginning of #general.')).toBeVisible();
    await ann.page.getByTestId('to-end').click();
    await expect(ann.row(`said ${MANY}`)).toBeVisible();
    await ann.page.getByTestId('room-menu').click();
    await ann.page.getByTestId('room-date').click();
    await ann.page.getByTestId('date').fill('2999-01-01');
    await ann.page.getByTestId('date-go').click();
    await expect(ann.page.getByTestId('toast')).toContainText('no messages there');
  });
});

/** The observations of a walk through the room. */
interface Walk {
  numbers: number[];
  erased: number;
  mostRows: number;
  frames: number[];
}

/** Scrolls in one direction, a little each frame, until the end; checks every row on the way. */
async function walk(chat: ChatPage, up: boolean, patience: number): Promise<Walk> {
  return chat.timeline.evaluate(
    (timeline, { up, patience }) =>
      new Promise<Walk>((done, fail) => {
        const numbers = new Set<number>();
        const erased = new Set<string>();
        const frames: number[] = [];
        const began = performance.now();
        let [before, mostRows, edge, still] = [began, 0, '', 0];
        const step = (now: number) => {
          frames.push(now - before);
          before = now;
          const rows = timeline.querySelectorAll('[data-testid=row]');
          mostRows = Math.max(mostRows, rows.length);
          const at = `${rows[0]?.getAttribute('data-seq')} ${rows[rows.length - 1]?.getAttribute('data-seq')}`;
          still = at === edge ? still + 1 : 0;
          if (at !== edge) {
            edge = at;
            for (const row of rows) {
              const said = /^#(\d+):/.exec(row.querySelector('[data-testid=row-text]')?.textContent ?? '');
              if (said) numbers.add(Number(said[1]));
              else if (row.querySelector('[data-kind=erased]')) erased.add(row.getAttribute('data-seq') ?? '');
            }
          }
          const top = timeline.scrollTop;
          const there = up ? top === 0 : top + timeline.clientHeight >= timeline.scrollHeight - 1;
          // Nothing has arrived for a while: this is the end.
          if (there && still > 180) {
            done({ numbers: [...numbers], erased: erased.size, mostRows, frames });
          } else if (now - began > patience) {
            fail(new Error(`still at ${edge} after ${patience} ms`));
          } else {
            timeline.scrollTop = top + (up ? -1 : 1) * 4 * timeline.clientHeight;
            requestAnimationFrame(step);
          }
        };
        requestAnimationFrame(step);
      }),
    { up, patience },
  );
}

function summary(frames: number[]): { frames: number; median: number; p95: number; max: number } {
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (part: number) => Math.round((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) * 10) / 10;
  return { frames: sorted.length, median: at(0.5), p95: at(0.95), max: at(1) };
}

test('a very long room is walked from end to end and back, in a bounded document', async ({ browser }, testInfo) => {
  // The contents are tested; the duration is only reported.
  const patience = 60_000 + MESSAGES * 20;
  test.setTimeout(3 * patience + 120_000);
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-long-'));
  const database = join(folder, 'long.db');
  await promisify(execFile)(join(dirname(BINARY), 'examples/fill'), [
    ...['--database', database, '--messages', String(MESSAGES)],
  ]);
  const server = await Server.start({ database, args: GENEROUS });
  const context = await browser.newContext({ baseURL: server.url });
  try {
    const ann = new ChatPage(await context.newPage());
    await ann.join('Ann');
    await expect(ann.rows.first()).toBeVisible();
    await ann.quiet();

    const report: Record<string, unknown> = { messages: MESSAGES };
    for (const way of ['up', 'down'] as const) {
      const walked = await walk(ann, way === 'up', patience);
      report[way] = { most_rows: walked.mostRows, frame_ms: summary(walked.frames) };
      expect(walked.mostRows).toBeLessThanOrEqual(ROWS);
      // Each message was seen: by its number, or as a deleted one.
      expect(walked.numbers.length + walked.erased).toBe(MESSAGES);
    }
    console.log(`long room: ${JSON.stringify(report)}`);
    await testInfo.attach('long-room.json', { body: JSON.stringify(report, null, 2), contentType: 'application/json' });
  } finally {
    await context.close();
    await server.dispose();
    await rm(folder, { recursive: true, force: true });
  }
});

test('the address names a message until the person goes on to the end', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  await ben.post(...numbered('line', 60).map((text) => ben.item(text)));
  const ann = await person('Ann');
  await expect(ann.page).toHaveURL(/\/r\/[0-9a-f-]{36}$/);
  const room = new URL(ann.page.url()).pathname;
  await ann.page.goto(`${room}/5`);
  await expect(ann.page.locator('[data-sought]')).toContainText('line 5');
  await ann.page.reload();
  await expect(ann.page.locator('[data-sought]')).toContainText('line 5');
  await ann.page.getByTestId('to-end').click();
  await expect(ann.row('line 60')).toBeInViewport();
  await expect(ann.page).toHaveURL(room);
  // Writing goes to the end, too.
  await ann.page.goto(`${room}/5`);
  await expect(ann.page.locator('[data-sought]')).toContainText('line 5');
  await ann.say('written at the end');
  await ann.expectState('written at the end', 'sent');
  await expect(ann.page).toHaveURL(room);
  await ann.page.reload();
  await expect(ann.row('written at the end')).toBeInViewport();
  // And so does the wheel.
  await ann.page.goto(`${room}/5`);
  await expect(ann.page.locator('[data-sought]')).toContainText('line 5');
  await expect(ann.page.locator('[data-sought]')).toHaveCount(0);
  await expect(ann.page).toHaveURL(`${room}/5`);
  await ann.timeline.hover();
  await ann.page.mouse.wheel(0, 100_000);
  await expect(ann.page).toHaveURL(room);
});
