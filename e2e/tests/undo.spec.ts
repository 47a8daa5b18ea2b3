// Text that the page itself writes into the composer: it appears at the caret, and Ctrl+Z undoes it. Another text is not undone into the one before.

import { Rooms } from '../pages/rooms.js';
import { expect, test } from './chat.js';

/** Milliseconds between two keys of a person who types. */
const TYPING = { delay: 35 };

test('fault_f18 an emoji’s name that became the emoji is taken back by Ctrl+Z, and brought again', async ({ person }) => {
  const ann = await person('Ann');
  await ann.composer.pressSequentially('well done :tada:', TYPING);
  await expect(ann.composer).toHaveValue('well done 🎉');
  await ann.composer.pressSequentially(' all', TYPING);
  await ann.composer.press('ControlOrMeta+z');
  for (let presses = 0; presses < 8; presses += 1) {
    if ((await ann.composer.inputValue()).includes(':tada:')) break;
    await ann.composer.press('ControlOrMeta+z');
  }
  await expect(ann.composer).toHaveValue('well done :tada:');
  for (let presses = 0; presses < 24 && (await ann.composer.inputValue()) !== ''; presses += 1) {
    await ann.composer.press('ControlOrMeta+z');
  }
  await expect(ann.composer).toHaveValue('');
  for (let presses = 0; presses < 32 && !(await ann.composer.inputValue()).endsWith(' all'); presses += 1) {
    await ann.composer.press('ControlOrMeta+Shift+z');
  }
  await expect(ann.composer).toHaveValue('well done 🎉 all');
  await ann.composer.press('Enter');
  await ann.expectTexts(['well done 🎉 all']);
});

test('fault_f18 a person or an emoji that was chosen is taken back by Ctrl+Z', async ({ person, wirePerson }) => {
  await wirePerson('Mina Kim');
  const ann = await person('Ann');
  await expect(ann.page.getByTestId('online')).toContainText('2');
  await ann.composer.pressSequentially('hi @mi', TYPING);
  await expect(ann.page.getByTestId('suggestion')).toHaveCount(1);
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('hi @Mina Kim ');
  await ann.composer.press('ControlOrMeta+z');
  await expect(ann.composer).toHaveValue('hi @mi');
  await ann.composer.press('ControlOrMeta+Shift+z');
  await expect(ann.composer).toHaveValue('hi @Mina Kim ');
  await ann.composer.pressSequentially(':rock', TYPING);
  await ann.page.getByTestId('suggestion').first().click();
  await expect(ann.composer).toHaveValue('hi @Mina Kim 🚀');
  await ann.composer.press('ControlOrMeta+z');
  await expect(ann.composer).toHaveValue('hi @Mina Kim :rock');
  await ann.composer.press('ControlOrMeta+Shift+z');
  await ann.composer.press('Enter');
  await expect(ann.rows.first().getByTestId('mention')).toHaveText('@Mina Kim');
});

test('fault_f18 an edit’s text is typed over, and comes back by Ctrl+Z', async ({ person }) => {
  const ann = await person('Ann');
  await ann.say('a long text that was sent');
  await ann.expectAllSent();
  await ann.composer.press('ArrowUp');
  await expect(ann.composer).toHaveValue('a long text that was sent');
  await ann.composer.press('End');
  await ann.composer.pressSequentially(' :heart:', TYPING);
  await expect(ann.composer).toHaveValue(/❤/);
  await ann.composer.press('ControlOrMeta+z');
  await expect(ann.composer).toHaveValue('a long text that was sent :heart:');
});

test('fault_f19 names of emoji stay as they are in code and in what is pasted', async ({ person }) => {
  const ann = await person('Ann', { permissions: ['clipboard-read', 'clipboard-write'] });
  await ann.composer.pressSequentially('`a :tada:', TYPING);
  await expect(ann.composer).toHaveValue('`a :tada:');
  await ann.composer.pressSequentially('` :tada:', TYPING);
  await expect(ann.composer).toHaveValue('`a :tada:` 🎉');

  await ann.composer.fill('');
  await ann.composer.pressSequentially('```', TYPING);
  await ann.composer.press('Shift+Enter');
  await ann.composer.pressSequentially('key :tada: @An', TYPING);
  await expect(ann.composer).toHaveValue('```\nkey :tada: @An');
  await expect(ann.page.getByTestId('suggestion')).toHaveCount(0);

  await ann.composer.fill('');
  await ann.page.evaluate(() => navigator.clipboard.writeText('config: {mode :tada:'));
  await ann.composer.press('ControlOrMeta+v');
  await expect(ann.composer).toHaveValue('config: {mode :tada:');
  await ann.composer.press('Enter');
  await ann.expectTexts(['config: {mode :tada:']);
});

test('undo and redo bring nothing from another room, and nothing that was sent', async ({ person }) => {
  const ann = await person('Ann');
  const rooms = new Rooms(ann);
  const undoAndRedo = async (stays: string) => {
    await expect(ann.composer).toBeFocused();
    for (const key of ['ControlOrMeta+z', 'Control+y', 'ControlOrMeta+z', 'ControlOrMeta+Shift+z']) {
      await ann.page.keyboard.press(key);
      await expect(ann.composer).toHaveValue(stays);
    }
  };
  await rooms.create('boss', { private: true });
  await ann.composer.pressSequentially('Kim earns 90k', TYPING);
  await rooms.open('general');
  await undoAndRedo('');
  await ann.page.keyboard.type('hello', TYPING);
  await ann.page.keyboard.press('Enter');
  await undoAndRedo('');
  await ann.expectTexts(['hello']);

  await rooms.open('boss');
  await undoAndRedo('Kim earns 90k');
  await ann.page.keyboard.type(' gross', TYPING);
  await ann.page.keyboard.press('ControlOrMeta+z');
  await expect(ann.composer).toHaveValue('Kim earns 90k');
  await ann.page.keyboard.press('ControlOrMeta+Shift+z');
  await expect(ann.composer).toHaveValue('Kim earns 90k gross');
  // Into a room whose draft is the same: it is empty.
  await ann.page.keyboard.press('ControlOrMeta+a');
  await ann.page.keyboard.press('Delete');
  await rooms.open('general');
  await undoAndRedo('');
});
