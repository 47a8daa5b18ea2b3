// People chatting: everyone sees the same, each message once, in one order.

import { ChatPage } from '../pages/chat.js';
import { answered } from './console.js';
import { expect, numbered, test } from './chat.js';

test('two people chat and see the same', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('hello Ben');
  await ben.expectTexts(['hello Ben']);
  await ben.say('hello Ann', '안녕하세요 👋');
  await ann.say('third\u0020is mine');
  const all = ['hello Ben', 'hello Ann', '안녕하세요 👋', 'third is mine'];
  for (const chat of [ann, ben]) {
    await chat.expectTexts(all);
    await chat.expectAllSent();
  }
  const [ofAnn, ofBen] = [await ann.seen(), await ben.seen()];
  expect(ofAnn.map(({ id, seq }) => ({ id, seq }))).toEqual(ofBen.map(({ id, seq }) => ({ id, seq })));
  expect(ofAnn.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(ofAnn.map(({ mine }) => mine)).toEqual([true, false, false, true]);
  expect(ofBen.map(({ mine }) => mine)).toEqual([false, true, true, false]);
});

test('a message keeps its row from the keypress to everyone else', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('one id');
  await ann.expectState('one id', 'sent');
  const [mine] = await ann.seen();
  expect(mine?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  await expect(ben.rowOf(mine!.id).getByTestId('row-text')).toHaveText('one id');
});

test('a text is shown as it was typed, markup and line breaks too', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  const nasty = '<img src=x onerror=alert(1)> & "quotes" <b>bold</b>';
  await ann.say(nasty);
  await ann.composer.fill('two');
  await ann.composer.press('Shift+Enter');
  await ann.composer.pressSequentially('lines');
  await ann.composer.press('Enter');
  await ben.expectTexts([nasty, 'two\nlines']);
  await expect(ben.page.locator('[data-testid=row-text] img')).toHaveCount(0);
  await ann.composer.fill('   ');
  await ann.composer.press('Enter');
  await ann.say('the end');
  await ben.expectTexts([nasty, 'two\nlines', 'the end']);
});

test('a refresh keeps everything, once', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say(...numbered('before', 5));
  await ben.expectTexts(numbered('before', 5));
  for (const chat of [ann, ben]) await chat.page.reload();
  for (const chat of [ann, ben]) {
    await chat.expectConnected();
    await chat.expectTexts(numbered('before', 5));
  }
  await ann.say('after');
  for (const chat of [ann, ben]) {
    await chat.expectTexts([...numbered('before', 5), 'after']);
    await chat.expectAllSent();
  }
});

test('five refreshes in a row change nothing', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say(...numbered('line', 10));
  await ann.expectAllSent();
  for (let round = 0; round < 5; round += 1) {
    await ann.page.reload();
    await ann.expectConnected();
    await ann.expectTexts(numbered('line', 10));
  }
  await ann.expectAllSent();
});

test('a taken nickname is refused with a reason, and another one works', async ({ person, profile, allowConsole }) => {
  allowConsole(answered(409, /\/api\/session/));
  await person('Ann');
  const other = new ChatPage(await (await profile()).newPage());
  await other.page.goto('/');
  await other.nickname.fill('ANN');
  await other.joinButton.click();
  await expect(other.page.getByTestId('nickname-hint')).toContainText('ANN');
  await other.nickname.fill('Anna');
  await other.joinButton.click();
  await other.expectConnected();
});

test('hole_06_joining_while_another_sends_200_messages', async ({ person, wirePerson }) => {
  const sender = await wirePerson('Sender');
  // At least 200, and until both have joined, so that each joins in the middle.
  const texts: string[] = [];
  let joined = false;
  const sending = (async () => {
    while (texts.length < 200 || !joined) {
      texts.push(`under load ${texts.length + 1}`);
      await sender.post(sender.item(texts.at(-1)!));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })();
  await expect.poll(() => texts.length).toBeGreaterThan(20);
  const early = await person('Early');
  await early.say('in between');
  const late = await person('Late');
  joined = true;
  await sending;
  for (const chat of [early, late]) {
    await expect(chat.rows.last().getByTestId('row-text')).toHaveText(texts.at(-1)!);
    const rows = await chat.readToTop();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.map(({ text }) => text).filter((text) => text !== 'in between')).toEqual(texts);
    expect(rows.filter(({ text }) => text === 'in between')).toHaveLength(1);
  }
});

test('older pages load when scrolling up, and the view stays where it was', async ({ person, wirePerson }) => {
  const sender = await wirePerson('Sender');
  const texts = numbered('line', 350);
  for (let index = 0; index < texts.length; index += 50) {
    await sender.post(...texts.slice(index, index + 50).map((text) => sender.item(text)));
  }
  const ann = await person('Ann');
  await expect(ann.row('line 350')).toBeInViewport();
  await ann.quiet();
  const held = (await ann.seen()).length;
  expect(held).toBeLessThan(350);

  // Wheel scrolling is smooth: older rows may load while it continues, and then another row keeps its place.
  const anchor = (await ann.seen())[0]!;
  await ann.jumpToTop();
  await expect(ann.rowOf(anchor.id)).toBeInViewport();
  await expect.poll(async () => (await ann.seen()).length).toBeGreaterThan(held);
  await expect(ann.rowOf(anchor.id), 'the row that was being read is still in view').toBeInViewport();

  await expect
    .poll(async () => {
      await ann.scrollToTop();
      return (await ann.seen())[0]?.seq;
    })
    .toBe(1);
  expect((await ann.seen()).map(({ text }) => text)).toEqual(texts);
});

test('a person who reads further up stays there, and is told of new messages', async ({ person, wirePerson }) => {
  const sender = await wirePerson('Sender');
  await sender.post(...numbered('line', 60).map((text) => sender.item(text)));
  const ann = await person('Ann');
  await expect(ann.row('line 60')).toBeInViewport();
  await expect(ann.newMessages).toBeHidden();
  await ann.scrollToTop();
  await expect(ann.row('line 1')).toBeInViewport();

  await sender.post(sender.item('news'));
  await expect(ann.newMessages).toBeVisible();
  await expect(ann.row('line 1')).toBeInViewport();
  await expect(ann.row('news')).not.toBeInViewport();
  await ann.newMessages.click();
  await expect(ann.row('news')).toBeInViewport();
  await expect(ann.newMessages).toBeHidden();

  await sender.post(sender.item('more news'));
  await expect(ann.row('more news')).toBeInViewport();
});

test('others see who is typing', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  // Repeated: what says so may be lost, and its notice goes by itself.
  await expect(async () => {
    await ann.composer.pressSequentially('thinking…');
    await expect(ben.page.getByText(/Ann.*(typing|writing)/i)).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
});

test('the details drawer shows transport, epoch, cursor and head', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say('one', 'two');
  await ann.expectAllSent();
  await ann.detailsButton.click();
  await expect(ann.detailsPanel).toBeVisible();
  // A page that was too busy for its WebSocket at first polls for a while.
  await expect(ann.transport).toHaveText('websocket', { timeout: 60_000 });
  await expect(ann.detailsPanel).toContainText(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  await expect(ann.detailsPanel).toContainText('general');
  await ann.page.keyboard.press('Escape');
  await expect(ann.detailsPanel).toBeHidden();
});
