// Keyboard, touch and input methods.

import { devices, type Page } from '@playwright/test';
import { ChatPage, Link } from '../pages/chat.js';
import { expect, test } from './chat.js';

/** An active input method, as the browser sees one. */
async function inputMethod(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  return {
    compose: (text: string) =>
      cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length }),
    /** Enter that the input method consumes: the page sees the key, but no character follows. */
    enter: async (windowsVirtualKeyCode: number) => {
      const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode };
      await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key, windowsVirtualKeyCode: 13 });
    },
    commit: (text: string) => cdp.send('Input.insertText', { text }),
  };
}

test('Korean: Enter that ends a composition does not send, the next one does, once', async ({ person }) => {
  const ann = await person('Ann', { locale: 'ko-KR' });
  const ben = await person('Ben');
  const ime = await inputMethod(ann.page);
  await ann.composer.focus();
  for (const step of ['ㅇ', '아', '안']) await ime.compose(step);
  await ime.commit('안');
  for (const step of ['ㄴ', '녀', '녕']) await ime.compose(step);
  await expect(ann.composer).toHaveValue('안녕');
  // Systems differ: some report the input method's own key code, others Enter's with `isComposing`.
  await ime.enter(229);
  await ime.enter(13);
  await expect(ann.rows, 'Enter during composition belongs to the input method').toHaveCount(0);
  await ime.commit('녕');
  await expect(ann.composer).toHaveValue('안녕');
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('');
  for (const chat of [ann, ben]) await chat.expectTexts(['안녕']);

  for (const step of ['ㅎ', '하']) await ime.compose(step);
  await ime.commit('하');
  await ann.composer.press('Enter');
  for (const chat of [ann, ben]) await chat.expectTexts(['안녕', '하']);
});

test('while a composition goes on, arriving messages do not disturb it', async ({ person, wirePerson }) => {
  const ann = await person('Ann');
  const ben = await wirePerson('Ben');
  const ime = await inputMethod(ann.page);
  await ann.composer.focus();
  await ime.compose('한');
  await ben.post(ben.item('hello'));
  await ann.expectTexts(['hello']);
  await expect(ann.composer).toHaveValue('한');
  await ime.compose('한글');
  await ime.commit('한글');
  await ann.composer.press('Enter');
  await ann.expectTexts(['hello', '한글']);
});

test('on a phone Enter breaks the line and the button sends', async ({ person }) => {
  const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['Pixel 7']!;
  const ann = await person('Ann', { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch });
  const ben = await person('Ben');
  await ann.composer.tap();
  await ann.composer.pressSequentially('two');
  await ann.composer.press('Enter');
  await ann.composer.pressSequentially('lines');
  await expect(ann.composer).toHaveValue('two\nlines');
  await expect(ann.rows).toHaveCount(0);
  await ann.sendButton.tap();
  for (const chat of [ann, ben]) await chat.expectTexts(['two\nlines']);
  await expect(ann.composer).toHaveValue('');

  const size = Number.parseFloat(await ann.composer.evaluate((area) => getComputedStyle(area).fontSize));
  expect(size, 'smaller than 16 px makes iOS zoom in').toBeGreaterThanOrEqual(16);
  const { scrollWidth, clientWidth } = await ann.page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(scrollWidth, 'nothing sticks out at the side').toBeLessThanOrEqual(clientWidth);
  await expect(ann.composer).toBeInViewport({ ratio: 1 });
  await expect(ann.sendButton).toBeInViewport({ ratio: 1 });
  const target = await ann.sendButton.boundingBox();
  expect(Math.min(target!.width, target!.height), 'large enough for a finger').toBeGreaterThanOrEqual(40);
});

test('the keyboard alone is enough', async ({ profile, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const page = await (await profile()).newPage();
  const ann = new ChatPage(page);
  const keys = page.keyboard;

  /** Presses Tab until the element has the focus, like a person without a mouse. */
  const tabTo = async (testId: string) => {
    await expect
      .poll(async () => {
        await keys.press('Tab');
        return page.evaluate(() => document.activeElement?.closest('[data-testid]')?.getAttribute('data-testid'));
      }, { intervals: [10], message: `Tab reaches ${testId}` })
      .toBe(testId);
    const outline = await page.evaluate(() => {
      const transparent = /rgba\([^)]*, 0\)|transparent/;
      // The focus shows on the element itself, or on the box around it.
      return [document.activeElement!, document.activeElement!.parentElement!].some((element) => {
        const { outlineStyle, outlineColor, boxShadow } = getComputedStyle(element);
        return (outlineStyle !== 'none' && !transparent.test(outlineColor)) || boxShadow !== 'none';
      });
    });
    expect(outline, `the focus on ${testId} can be seen`).toBe(true);
  };

  await page.goto('/');
  await expect(ann.nickname).toBeFocused();
  await keys.type('Ann');
  await keys.press('Enter');
  await ann.expectConnected();
  await expect(ann.composer).toBeFocused();
  await keys.type('no mouse');
  await keys.press('Enter');
  await ann.expectTexts(['no mouse']);
  await expect(ann.composer).toBeFocused();

  await tabTo('toggle');
  await keys.press('Enter');
  await expect(ann.connection).toHaveAttribute('data-state', 'disconnected');
  await ben.post(ben.item('missed'));
  await tabTo('toggle');
  await keys.press('Space');
  await ann.expectConnected();
  await ann.expectTexts(['no mouse', 'missed']);

  await tabTo('details');
  await keys.press('Enter');
  await expect(ann.detailsPanel).toBeVisible();
  await keys.press('Escape');
  await expect(ann.detailsPanel).toBeHidden();
  await expect(ann.detailsButton).toBeFocused();

  await tabTo('composer');
  await keys.type('still none');
  await keys.press('Enter');
  await ann.expectTexts(['no mouse', 'missed', 'still none']);
});

test('history is no live announcement, a new message is', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  await ben.post(ben.item('from before'));
  const ann = await person('Ann');
  await ann.expectTexts(['from before']);
  const log = ann.page.getByRole('log');
  await expect(log).toHaveCount(1);
  await ben.post(ben.item('from now'));
  await ann.expectTexts(['from before', 'from now']);
});

test('a person’s own message is not announced to them', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const ann = await person('Ann');
  await ann.say('the first');
  await ann.expectAllSent();
  await ann.quiet();
  // What is added to live regions, or changed in them.
  await ann.page.evaluate(() => {
    const announced: string[] = [];
    Object.assign(window, { announced });
    const isLive = (node: Node) => {
      const element = node instanceof Element ? node : node.parentElement;
      const region = element?.closest('[aria-live], [role=log], [role=status], [role=alert]');
      return region != null && region.getAttribute('aria-live') !== 'off' && element?.closest('[aria-hidden=true]') == null;
    };
    new MutationObserver((changes) => {
      for (const change of changes) {
        const nodes = change.type === 'characterData' ? [change.target] : [...change.addedNodes];
        for (const node of nodes) if (isLive(node) && node.textContent?.trim()) announced.push(node.textContent);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const announced = () => ann.page.evaluate(() => (window as unknown as { announced: string[] }).announced.join(' | '));
  await ann.say('my own');
  await ann.expectAllSent();
  await ann.quiet();
  expect(await announced()).toBe('');
  await ben.post(ben.item('from Ben'));
  await expect.poll(announced).toContain('from Ben');
});

test('text typed before the page knows its room stays, and is sent from there', async ({ profile }) => {
  const ann = new ChatPage(await (await profile()).newPage());
  const link = await Link.of(ann.page);
  await link.cut();
  await ann.page.goto('/');
  await ann.nickname.fill('Ann');
  await ann.joinButton.click();
  await ann.composer.fill('typed early');
  link.mend();
  await ann.expectConnected();
  await expect(ann.composer).toHaveValue('typed early');
  await ann.composer.press('Enter');
  await ann.expectTexts(['typed early']);
  await ann.expectAllSent();
});

test('fault_f26_what_shows_nothing_says_why_it_is_not_sent', async ({ person }) => {
  const ann = await person('Ann');
  await ann.composer.fill('\u200B\u3164');
  await ann.composer.press('Enter');
  await expect(ann.page.locator('#composer-foot')).toContainText('no visible text');
  await ann.composer.fill('seen');
  await ann.composer.press('Enter');
  await ann.expectTexts(['seen']);
});
