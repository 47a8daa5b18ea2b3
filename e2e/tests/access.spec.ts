// Accessibility: axe finds no fault in any page or dialog, in any theme, at any size.

import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from '@playwright/test';
import { ChatPage } from '../pages/chat.js';
import { Rooms } from '../pages/rooms.js';
import { expect, test } from './chat.js';

/** The page's themes follow the browser's preferences. */
const LOOKS = [
  { colorScheme: 'light', contrast: 'no-preference' },
  { colorScheme: 'dark', contrast: 'no-preference' },
  { colorScheme: 'light', contrast: 'more' },
  { colorScheme: 'dark', contrast: 'more' },
] as const;

/** The rules that a theme can break. The others concern elements, which are the same in each theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

const SIZES: [string, BrowserContextOptions][] = [
  ['desktop', { viewport: { width: 1280, height: 800 } }],
  ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
];

/** The accent colour, which differs in each theme. */
function accent(): string {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = 'var(--accent)';
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Waits for every animation that ends: halfway through, the new text colour may stand on the old background. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime));
    return Promise.allSettled(ending.map((one) => one.finished)).then(() => undefined);
  });
}

test.use({ serverArgs: ['--fault-panel'] });

for (const [size, screen] of SIZES) {
  test(`axe finds nothing, light or dark, in high contrast or not: ${size}`, async ({ profile, wirePerson }) => {
    test.setTimeout(600_000);
    const found: string[] = [];
    const looks = new Set<string>();
    const page = await (await profile({ ...screen, reducedMotion: 'reduce' })).newPage();
    const check = async (where: string) => {
      for (const look of LOOKS) {
        await page.emulateMedia(look);
        looks.add(await page.evaluate(accent));
        await settled(page);
        const axe = new AxeBuilder({ page });
        if (look !== LOOKS[0]) axe.withRules(COLOUR_RULES);
        const { violations } = await axe.analyze();
        for (const { id, nodes } of violations) {
          const what = nodes.map((node) => node.html.slice(0, 160)).join(' | ');
          found.push(`${where}, ${look.colorScheme}, contrast ${look.contrast}: ${id}: ${what}`);
        }
      }
      await page.emulateMedia(LOOKS[0]);
    };
    // The page's shortcuts work once it is gone.
    const leave = async (opened: string) => {
      await page.keyboard.press('Escape');
      await expect(page.getByTestId(opened)).toHaveCount(0);
    };
    const ann = new ChatPage(page);
    const rooms = new Rooms(ann);
    await page.goto('/');
    await expect(ann.nickname).toBeVisible();
    await check('sign-in');
    await ann.nickname.fill('Ann');
    await ann.joinButton.click();
    await ann.expectConnected();
    await check('an empty room');
    const ben = await wirePerson('Ben');
    await rooms.create('design', { topic: 'What it looks like', private: true });
    await rooms.invite('Ben');
    await rooms.open('general');
    await ben.post(ben.item('**hello** `Ann`, see https://example.com\n> quoted\n- one\n- two'));
    await ann.composer.fill('hello Ben');
    await ann.sendButton.click();
    await expect(ann.row('hello Ben')).toBeVisible();
    await ann.expectAllSent();
    await check('a room');
    await rooms.members();
    await check('members');
    await page.getByTestId('member').filter({ hasText: 'Ben' }).getByRole('button').click();
    await check('what can be done with somebody');
    await page.getByTestId('block').click();
    await expect(page.getByTestId('block-question')).toBeVisible();
    await check('block somebody');
    await leave('block-question');
    await page.getByTestId('members-close').click();
    await rooms.reveal();
    await check('the rooms');
    const close = page.getByTestId('rooms-close');
    if (await close.isVisible()) await close.click();
    for (const [open, dialog] of [
      ['open-browse', 'browse'],
      ['open-new-room', 'new-room'],
      ['open-new-direct', 'new-direct'],
      ['settings', 'settings-dialog'],
    ] as const) {
      await rooms.reveal();
      await page.getByTestId(open).click();
      await expect(page.getByTestId(dialog)).toBeVisible();
      await check(dialog);
      await page.getByTestId(dialog).getByTestId('dialog-close').click();
      if (await close.isVisible()) await close.click();
    }
    await page.getByTestId('room-menu').click();
    await check('the room’s menu');
    await page.getByTestId('room-date').click();
    await check('go to a date');
    await leave('date');
    await rooms.writeTo('Ben');
    await page.getByTestId('room-menu').click();
    await check('a conversation’s menu');
    await page.getByTestId('room-hide').click();
    await expect(page.getByTestId('hide-question')).toBeVisible();
    await check('hide a conversation');
    await leave('hide-question');
    await page.keyboard.press('Control+k');
    await expect(page.getByTestId('palette')).toBeVisible();
    await check('palette');
    await leave('palette');
    await ann.timeline.focus();
    await page.keyboard.press('?');
    await expect(page.getByTestId('shortcuts')).toBeVisible();
    await check('shortcuts');
    await leave('shortcuts');
    if (size === 'desktop') {
      await page.getByTestId('open-help').click();
      await expect(page.getByTestId('help')).toBeVisible();
      await check('help');
      await leave('help');
    }
    await ann.detailsButton.click();
    await expect(ann.detailsPanel).toBeVisible();
    await check('details');
    await page.getByTestId('break-it').click();
    await check('fault panel');
    expect(found).toEqual([]);
    expect(looks.size, 'each look was there to be checked').toBe(LOOKS.length);
  });
}
