// Replies, edits, deletions and reactions, with and without a connection.

import { ChatPage, Link } from '../pages/chat.js';
import { Message } from '../pages/message.js';
import { Rooms } from '../pages/rooms.js';
import { DESKTOP, expect, PHONE, test } from './chat.js';

test('an edit, a reaction and a deletion reach others, and are still there after a refresh', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('the first', 'the second');
  await ann.expectAllSent();
  const [first, second] = [0, 1].map((place) => new Message(ann.page, ann.rows.nth(place)));

  await ann.composer.press('ArrowUp');
  await expect(ann.page.getByTestId('composer-bar')).toHaveAttribute('data-mode', 'edit');
  await expect(ann.composer).toHaveValue('the second');
  await ann.composer.fill('the *last*');
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('');
  await expect(second!.text).toHaveText('the last');
  await expect(ben.rows.nth(1).getByTestId('row-text')).toHaveText('the last');
  await expect(ben.rows.nth(1).getByTestId('edited')).toHaveText('edited');

  const seen = new Message(ben.page, ben.rows.nth(1));
  await seen.react('tada');
  await expect(seen.reaction('🎉')).toHaveAttribute('aria-pressed', 'true');
  await expect(second!.reaction('🎉')).toHaveAccessibleDescription('🎉 by Ben');
  await second!.reaction('🎉').click();
  await expect(seen.reaction('🎉')).toHaveAccessibleDescription('🎉 by Ben, Ann');
  await seen.reaction('🎉').click();
  await expect(second!.reaction('🎉')).toHaveAccessibleDescription('🎉 by Ann');

  await first!.delete();
  await expect(ann.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
  await expect(ben.rows.first().getByTestId('row-aside')).toHaveText('This message was deleted.');

  for (const chat of [ann, ben]) {
    await chat.page.reload();
    await chat.expectConnected();
    await expect(chat.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
    await expect(chat.rows.nth(1).getByTestId('row-text')).toHaveText('the last');
    await expect(new Message(chat.page, chat.rows.nth(1)).reaction('🎉')).toHaveAccessibleDescription('🎉 by Ann');
  }
  await ben.rows.nth(1).hover();
  await expect(seen.tools.getByTestId('reply')).toBeVisible();
  await expect(seen.tools.getByTestId('rewrite')).toHaveCount(0);
});

test('changes made offline show at once as waiting, survive a refresh, and arrive', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('draft', 'mistake');
  await ann.expectAllSent();
  const link = await Link.of(ann.page);
  await ann.page.reload();
  await ann.expectConnected();
  await link.cut();
  await ann.expectNotConnected();
  await ann.composer.press('ArrowUp');
  await ann.composer.fill('mistake, mended');
  await ann.composer.press('Enter');
  const mended = new Message(ann.page, ann.rows.nth(1));
  await expect(mended.text).toHaveText('mistake, mended');
  await expect(mended.row.getByTestId('change')).toHaveAttribute('data-state', 'saved');
  await mended.react('heart');
  await expect(mended.reaction('❤️')).toHaveAttribute('data-pending', 'true');
  await new Message(ann.page, ann.rows.first()).delete();
  await ann.expectUnsent(3);
  await ann.page.reload();
  await expect(mended.text).toHaveText('mistake, mended');
  await expect(mended.reaction('❤️')).toHaveAttribute('data-pending', 'true');
  await expect(ann.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
  await ann.expectUnsent(3);
  await ben.expectTexts(['draft', 'mistake']);
  link.mend();
  await ben.expectTexts(['mistake, mended']);
  await expect(ben.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
  await expect(new Message(ben.page, ben.rows.nth(1)).reaction('❤️')).toHaveAccessibleDescription('❤️ by Ann');
  await ann.expectUnsent(0);
  await expect(ann.rows.getByTestId('change')).toHaveCount(0);
  await expect(mended.reaction('❤️')).not.toHaveAttribute('data-pending');
});

test('a reply quotes, and leads to what it replies to', async ({ person }) => {
  const ann = await person('Ann', DESKTOP);
  const ben = await person('Ben', DESKTOP);
  await ann.say('Where do we **meet**?');
  await expect(ben.rows).toHaveCount(1);
  const question = new Message(ben.page, ben.rows.first());
  await question.row.hover();
  await question.tools.getByTestId('reply').click();
  const bar = ben.page.getByTestId('composer-bar');
  await expect(bar).toContainText('Replying to Ann');
  await expect(ben.composer).toBeFocused();
  await ben.page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await question.row.hover();
  await question.tools.getByTestId('reply').click();
  await ben.say('At the harbour');
  await expect(bar).toBeHidden();
  const answer = ann.rows.nth(1);
  await expect(answer.getByTestId('quoted')).toContainText('Where do we meet?');
  await expect(answer.getByTestId('quoted')).toHaveAttribute('href', /^\/r\/[0-9a-f-]{36}\/\d+$/);
  await answer.getByTestId('quoted').click();
  await expect(ann.rows.first()).toBeFocused();
  await new Message(ann.page, ann.rows.first()).delete();
  await expect(ben.rows.nth(1).getByTestId('quoted')).toContainText('This message was deleted.');
});

test('editing is for one’s own messages, and Escape leaves them and the draft as they were', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('mine');
  await ann.expectAllSent();
  await ann.composer.fill('half a thou');
  const mine = new Message(ann.page, ann.rows.first());
  await mine.choose('menu-edit');
  await expect(ann.composer).toHaveValue('mine');
  await expect(ann.page.getByTestId('composer-bar')).toHaveAttribute('data-mode', 'edit');
  await ann.composer.fill('yours');
  await ann.composer.press('Escape');
  await ann.page.getByTestId('drop-changes').click();
  await expect(ann.page.getByTestId('composer-bar')).toHaveCount(0);
  await expect(ann.composer).toHaveValue('half a thou');
  await ann.composer.fill('');

  // The unchanged text is no edit.
  await ann.composer.press('ArrowUp');
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('');
  await ann.expectUnsent(0);
  await expect(ben.rows.first()).toBeVisible();
  for (const chat of [ann, ben]) {
    await chat.expectTexts(['mine']);
    await expect(chat.rows.getByTestId('edited')).toHaveCount(0);
  }

  await ben.composer.press('ArrowUp');
  await expect(ben.page.getByTestId('composer-bar')).toHaveCount(0);
  const menu = await new Message(ben.page, ben.rows.first()).openMenu();
  await expect(menu.getByTestId('menu-reply')).toBeVisible();
  await expect(menu.getByTestId('menu-edit')).toHaveCount(0);
  await expect(menu.getByTestId('menu-delete')).toHaveCount(0);
});

test('the server’s owner deletes other people’s messages', async ({ person, own }) => {
  const owner = await person('Ann');
  await own(owner);
  const ben = await person('Ben');
  await ben.say('spam');
  await owner.expectTexts(['spam']);
  await new Message(owner.page, owner.rows.first()).delete();
  for (const chat of [owner, ben]) {
    await expect(chat.rows.first().getByTestId('row-aside')).toHaveText('This message was deleted.');
    await chat.expectTexts([]);
  }
});

test('a deletion asks first, and then the text is nowhere', async ({ person, wirePerson }) => {
  const wire = await wirePerson('Wire');
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('a secret', 'an answer');
  await ann.expectAllSent();
  await ben.expectTexts(['a secret', 'an answer']);
  const secret = new Message(ann.page, ann.rows.first());
  const question = ann.page.getByTestId('delete-message');
  await secret.choose('menu-delete');
  await expect(question.getByTestId('keep')).toBeFocused();
  await question.getByTestId('keep').press('Enter');
  await secret.choose('menu-delete');
  await expect(question.getByTestId('keep')).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await ann.expectTexts(['a secret', 'an answer']);

  await secret.delete();
  await expect(secret.tools.getByTestId('more')).toBeFocused();
  for (const chat of [ann, ben]) {
    await chat.expectTexts(['an answer']);
    await expect(chat.rows.first().getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
    await expect(chat.page.locator('body')).not.toContainText('a secret');
  }
  await ann.expectUnsent(0);
  await expect(secret.tools.getByRole('button')).toHaveCount(1);
  expect(JSON.stringify(await wire.pull())).not.toContain('a secret');
  await ben.page.reload();
  await ben.expectTexts(['an answer']);
});

test('a dialog about a message closes when Back leads into another room', async ({ person }) => {
  const ann = await person('Ann');
  const rooms = new Rooms(ann);
  await rooms.create('plans');
  await rooms.open('general');
  await ann.say('keep me');
  await ann.expectAllSent();
  const message = new Message(ann.page, ann.row('keep me'));
  await message.react('tada');
  for (const [choice, testid] of [
    ['menu-delete', 'delete-message'],
    ['menu-reactions', 'who-reacted'],
  ] as const) {
    await rooms.open('general');
    await message.choose(choice);
    const dialog = ann.page.getByTestId(testid);
    await expect(dialog).toBeVisible();
    await ann.page.goBack();
    await expect(rooms.name).toHaveText(/plans$/);
    await expect(dialog).toHaveCount(0);
    await expect(ann.composer).toBeFocused();
  }
});

test('who looks for an emoji when the message is deleted goes on in the composer', async ({ person }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await ben.say('a slip');
  const message = new Message(ann.page, ann.row('a slip'));
  await message.row.hover();
  await message.tools.getByTestId('react').click();
  await expect(ann.page.getByTestId('find-emoji')).toBeFocused();
  await new Message(ben.page, ben.rows.first()).delete();
  await expect(ann.page.getByTestId('emoji-picker')).toHaveCount(0);
  await expect(ann.composer).toBeFocused();
});

test('a reaction shows its people, and is joined and removed by keyboard', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('lunch?');
  await ben.expectTexts(['lunch?']);
  await new Message(ben.page, ben.rows.first()).react('pizza');
  const lunch = new Message(ann.page, ann.rows.first());
  const pizza = lunch.reaction('🍕');
  await expect(pizza).toHaveAttribute('title', '🍕 by Ben');
  await expect(pizza).toHaveText('🍕1');
  await pizza.focus();
  await ann.page.keyboard.press('Space');
  await expect(pizza).toHaveAttribute('aria-pressed', 'true');
  await expect(pizza).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await expect(pizza).toHaveAttribute('aria-pressed', 'false');
  await ann.expectUnsent(0);
  await lunch.row.getByTestId('add-reaction').press('Enter');
  await ann.page.getByTestId('find-emoji').fill('pizza');
  await ann.page.keyboard.press('Enter');
  await expect(pizza).toHaveText('🍕2');
  await lunch.choose('menu-reactions');
  const who = ann.page.getByTestId('who-reacted');
  await expect(who.getByRole('listitem')).toHaveText(['🍕 Ben, Ann']);
  await ann.page.keyboard.press('Escape');
  await expect(who).toHaveCount(0);
  for (const chat of [ann, ben]) await new Message(chat.page, chat.rows.first()).reaction('🍕').click();
  for (const chat of [ann, ben]) await expect(chat.rows.first().getByTestId('reaction')).toHaveCount(0);
});

for (const refused of ['en', 'ko'] as const) {
  test(`a change that is refused stays with its reason: ${refused}`, async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben', { locale: refused });
    await ann.say('soon gone');
    await ben.expectTexts(['soon gone']);
    await ben.disconnect();
    const message = new Message(ben.page, ben.rows.first());
    await message.react('eyes');
    await expect(message.reaction('👀')).toHaveAttribute('data-pending', 'true');
    await new Message(ann.page, ann.rows.first()).delete();
    await ann.expectUnsent(0);
    await ben.connect();
    await expect(message.row.getByTestId('row-aside')).toHaveAttribute('data-kind', 'erased');
    const change = message.row.getByTestId('change');
    await expect(change).toHaveAttribute('data-state', 'rejected');
    await expect(change).toContainText(refused === 'en' ? 'Reaction 👀' : '반응 👀');
    await expect(change).toContainText(
      refused === 'en' ? 'The message this refers to no longer exists.' : '메시지',
    );
    await ben.page.reload();
    await expect(change).toHaveAttribute('data-state', 'rejected');
    await change.getByTestId('retry').click();
    await expect(change).toHaveAttribute('data-state', 'rejected');
    await change.getByTestId('discard').click();
    await expect(change).toHaveCount(0);
    await ben.expectUnsent(0);
  });
}

test('a refused edit leaves the message as it is, and can be corrected', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  await ann.say('fine');
  await ann.expectAllSent();
  const link = await Link.of(ann.page);
  // A refusal in the server's form; the server never sees the word.
  link.fromPage = (packet, route) => {
    const [, ack, rest] = /^42(\d+)(\["send",.*)$/s.exec(packet) ?? [];
    if (!ack || !rest?.includes('bad')) return packet;
    const id = (JSON.parse(rest) as [string, { id: string }[]])[1][0]!.id;
    const error = { code: 'invalid', message: 'the text is not acceptable here' };
    route.send(`43${ack}[${JSON.stringify({ ok: [{ id, error }] })}]`);
    return undefined;
  };
  await ann.page.reload();
  await ann.expectConnected();
  await ann.composer.press('ArrowUp');
  await ann.say('bad');
  const change = ann.rows.first().getByTestId('change');
  await expect(change).toHaveAttribute('data-state', 'rejected');
  await expect(change).toContainText('Edit: bad');
  await ann.expectTexts(['fine']);
  await change.getByTestId('edit').click();
  await expect(ann.composer).toHaveValue('bad');
  await ann.say('better');
  await expect(change).toHaveCount(0);
  await ben.expectTexts(['better']);
  await expect(ann.rows).toHaveCount(1);
});

for (const [language, erased, edited] of [
  ['en', 'This message was deleted.', 'edited'],
  ['ko', '삭제된 메시지예요.', '수정됨'],
] as const) {
  test(`a returning person sees the changed messages: ${language}`, async ({ person, profile }) => {
    const ann = await person('Ann');
    const context = await profile({ locale: language });
    const link = await Link.of(context);
    const ben = new ChatPage(await context.newPage());
    await ben.join('Ben');
    await ann.say('to edit', 'to delete', 'to like');
    await ben.expectTexts(['to edit', 'to delete', 'to like']);
    await link.cut();
    await ben.expectNotConnected();

    await new Message(ann.page, ann.rows.nth(0)).choose('menu-edit');
    await ann.say('mended');
    await new Message(ann.page, ann.rows.nth(1)).delete();
    await new Message(ann.page, ann.rows.nth(2)).react('tada');
    await new Message(ann.page, ann.rows.nth(2)).choose('menu-reply');
    await ann.say('indeed');
    await ann.expectAllSent();
    await ben.expectTexts(['to edit', 'to delete', 'to like']);

    link.mend();
    const look = async () => {
      await ben.expectTexts(['mended', 'to like', 'indeed']);
      await expect(ben.rows.nth(0).getByTestId('edited')).toHaveText(edited);
      await expect(ben.rows.nth(1).getByTestId('row-aside')).toHaveText(erased);
      await expect(new Message(ben.page, ben.rows.nth(2)).reaction('🎉')).toHaveAttribute('aria-pressed', 'false');
      await expect(ben.rows.nth(3).getByTestId('quoted')).toContainText('to like');
    };
    await look();
    await ben.page.reload();
    await ben.expectConnected();
    await look();
  });
}

test('all changes by touch', async ({ person }) => {
  const ann = await person('Ann', PHONE);
  const ben = await person('Ben', PHONE);
  const say = async (text: string) => {
    await ann.composer.fill(text);
    await ann.sendButton.tap();
    await expect(ann.composer).toHaveValue('');
  };
  await say('one');
  await say('two');
  await ann.expectAllSent();
  const [one, two] = [0, 1].map((place) => new Message(ann.page, ann.rows.nth(place)));
  await one!.choose('menu-edit');
  await expect(ann.page.getByTestId('menu')).toHaveCount(0);
  await expect(ann.page.getByTestId('row-tools')).toHaveCount(0);
  await expect(ann.composer).toHaveValue('one');
  await say('uno');
  await ben.expectTexts(['uno', 'two']);
  await two!.choose('menu-react');
  await ann.page.locator('.emoji').nth(8).tap();
  const reaction = two!.row.getByTestId('reaction');
  await expect(reaction).toHaveAttribute('aria-pressed', 'true');
  await ben.rows.nth(1).getByTestId('reaction').tap();
  await expect(reaction).toContainText('2');
  await new Message(ben.page, ben.rows.nth(1)).choose('menu-reply');
  await ben.composer.fill('dos');
  await ben.sendButton.tap();
  await ann.rows.nth(2).getByTestId('quoted').tap();
  await expect(ann.rows.nth(1)).toBeFocused();
  await one!.delete();
  await expect(ben.rows.first().getByTestId('row-aside')).toHaveText('This message was deleted.');
});
