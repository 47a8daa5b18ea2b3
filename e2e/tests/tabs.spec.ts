// Two tabs of one person: one sends, both show.

import { ChatPage, Link } from '../pages/chat.js';
import { expect, numbered, test } from './chat.js';

test('both tabs show the same, and each message is stored once', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const first = await person('Ann');
  const second = new ChatPage(await first.page.context().newPage());
  await second.page.goto('/');
  await second.expectConnected();
  await first.say('from the first');
  await second.expectTexts(['from the first']);
  await second.say('from the second');
  // Otherwise Ben's may be stored first.
  await second.expectAllSent();
  await ben.post(ben.item('from Ben'));
  for (const tab of [first, second]) {
    await tab.expectTexts(['from the first', 'from the second', 'from Ben']);
    await tab.expectAllSent();
    expect((await tab.seen()).map(({ mine }) => mine)).toEqual([true, true, false]);
  }
  expect((await ben.pull()).map(({ body }) => body.text)).toEqual(['from the first', 'from the second', 'from Ben']);
});

test('messages written in both tabs offline are sent once, by the remaining tab', async ({ person, wirePerson }) => {
  const ben = await wirePerson('Ben');
  const first = await person('Ann');
  const link = await Link.of(first.page.context());
  await first.page.reload();
  await first.expectConnected();
  const second = new ChatPage(await first.page.context().newPage());
  await second.page.goto('/');
  await second.expectConnected();
  await link.cut();
  await first.say(...numbered('first', 2));
  await first.expectState('first 2', 'saved');
  await second.say(...numbered('second', 2));
  await second.expectState('second 2', 'saved');
  const all = [...numbered('first', 2), ...numbered('second', 2)];
  for (const tab of [first, second]) {
    await tab.expectTexts(all);
    await tab.expectUnsent(4);
  }
  // The first tab is the leader; it closes, and the other takes over.
  await first.page.close();
  link.mend();
  await second.expectAllSent(30_000);
  await second.expectTexts(all);
  expect((await ben.pull()).map(({ body }) => body.text)).toEqual(all);
});

test('a discard in one tab is seen in the other', async ({ person }) => {
  const first = await person('Ann');
  const context = first.page.context();
  const link = await Link.of(context);
  link.fromPage = (packet, route) => {
    const match = /^42(\d+)(\["send",.*)$/s.exec(packet);
    if (!match) return packet;
    const [{ id }] = JSON.parse(match[2]!)[1];
    route.send(`43${match[1]}[${JSON.stringify({ ok: [{ id, error: { code: 'invalid', message: 'no' } }] })}]`);
    return undefined;
  };
  await first.page.reload();
  await first.expectConnected();
  const second = new ChatPage(await context.newPage());
  await second.page.goto('/');
  await second.expectConnected();
  await second.say('refused');
  for (const tab of [first, second]) await tab.expectState('refused', 'rejected');
  await second.row('refused').getByTestId('discard').click();
  for (const tab of [first, second]) await expect(tab.rows).toHaveCount(0);
});
