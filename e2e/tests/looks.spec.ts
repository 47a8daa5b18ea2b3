// Languages, and screenshots for inspection.

import { devices } from '@playwright/test';
import { ChatPage } from '../pages/chat.js';
import { expect, test } from './chat.js';

test('the browser chooses the language, a person may choose another, and it stays', async ({ profile }) => {
  const korean = new ChatPage(await (await profile({ locale: 'ko-KR' })).newPage());
  await korean.join('한나');
  await expect(korean.page.locator('html')).toHaveAttribute('lang', 'ko');
  await expect(korean.sendButton).toHaveAccessibleName(/[가-힣]/);

  const ann = new ChatPage(await (await profile({ locale: 'en-GB' })).newPage());
  await ann.join('Ann');
  await expect(ann.page.locator('html')).toHaveAttribute('lang', 'en');
  await ann.speak('ko');
  await expect(ann.page.locator('html')).toHaveAttribute('lang', 'ko');
  await expect(ann.toggle).toContainText(/[가-힣]/);
  await ann.page.reload();
  await expect(ann.page.locator('html')).toHaveAttribute('lang', 'ko');
  await ann.expectConnected();
  await ann.speak('en');
  await expect(ann.page.locator('html')).toHaveAttribute('lang', 'en');
});

for (const [device, options] of Object.entries({
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: (({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch }) => ({
    viewport,
    userAgent,
    deviceScaleFactor,
    isMobile,
    hasTouch,
  }))(devices['Pixel 7']!),
})) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`pictures: ${device}, ${colorScheme}`, async ({ profile, wirePerson }) => {
      const ben = await wirePerson('Ben');
      const mina = await wirePerson('미나');
      const page = await (await profile({ ...options, colorScheme })).newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        // The session check before joining is answered with 401, which Chromium logs.
        const expected = message.location().url.endsWith('/api/session');
        if (message.type() === 'error' && !expected) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      const ann = new ChatPage(page);
      const picture = (name: string) =>
        page.screenshot({ path: `test-results/looks/${device}-${colorScheme}-${name}.png` });

      await page.goto('/');
      await expect(ann.nickname).toBeVisible();
      await picture('join');
      await ann.join('Ann');
      await ben.post(ben.item('Good morning! The deploy is at ten, is everyone in?'));
      await mina.post(mina.item('네, 준비됐어요!'), mina.item('릴리스 노트도 올려 두었습니다.'));
      const say = async (text: string) => {
        await ann.composer.fill(text);
        await ann.sendButton.click();
      };
      await say('On the train, the link comes and goes. Nothing lost so far.');
      await ann.expectAllSent();
      await ben.post(ben.item('Then see you at ten. This is a somewhat longer message, so that one can see how lines break and how wide a comfortable line of text gets on this screen.'));
      await expect(ann.rows).toHaveCount(5);
      await picture('connected');
      await ann.disconnect();
      await say('Written in the tunnel');
      await say('and kept until daylight');
      await ann.expectState('and kept until daylight', 'saved');
      await picture('disconnected');
      await ann.detailsButton.click();
      await expect(ann.detailsPanel).toBeVisible();
      await picture('details');
      const background = await page.evaluate(() => {
        const colour = /\d+(\.\d+)?/g;
        const of = (element: Element) => (getComputedStyle(element).backgroundColor.match(colour) ?? []).map(Number);
        return of(document.body);
      });
      const brightness = background.slice(0, 3).reduce((sum, part) => sum + part, 0) / 3;
      expect(brightness > 128, `the background is ${background}`).toBe(colorScheme === 'light');
      expect(complaints).toEqual([]);
    });
  }
}
