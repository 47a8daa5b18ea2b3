// People with a role use the administration page, and people protect themselves on the page.

import { Admin } from '../pages/admin.js';
import { ChatPage } from '../pages/chat.js';
import { Rooms } from '../pages/rooms.js';
import { expect, test } from './chat.js';
import { answered } from './console.js';

/** A date as the page writes it, without the time. */
function date(at: Date, language: 'en' | 'ko'): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-US' : 'ko', { dateStyle: 'full' }).format(at);
}

test('fault_h10_somebody_is_banned_while_typing_and_keeps_their_words', async ({ person, own, allowConsole }) => {
  allowConsole(answered(409, /\/api\/session/), answered(401, /\/api\/session/), answered(403, /\/api\/session/));
  const olga = await person('Olga');
  await own(olga);
  const ben = await person('Ben');
  await ben.say('something harmful');
  await expect(olga.row('something harmful')).toBeVisible();
  await ben.composer.pressSequentially('half a sen');

  const admin = new Admin(olga);
  const members = await new Rooms(olga).members();
  await members.filter({ hasText: 'Ben' }).getByRole('button').click();
  await olga.page.getByTestId('member-administer').click();
  await expect(olga.page.getByTestId('admin-heading')).toHaveText('Ben');
  await admin.act('exclude');
  await expect(olga.page.getByTestId('follows')).toContainText('signed out at once');
  await olga.page.getByTestId('messages-hidden').check();
  await expect(olga.page.getByTestId('follows')).toContainText('hidden from everyone');
  await olga.page.getByTestId('exclude-reason').fill('harm');
  await admin.confirm('Ben is banned.');
  await expect(olga.page.getByTestId('mark')).toContainText(['Banned']);
  await expect(olga.page.getByTestId('row-aside').filter({ hasText: 'hidden' })).toBeVisible();

  await expect(ben.page.getByTestId('kept-out')).toContainText('banned');
  await expect(ben.page.getByTestId('kept-out-until'), 'it has no end').toBeHidden();
  await expect(ben.page.getByTestId('kept-out-words')).toHaveText('half a sen');
  await ben.page.reload();
  await expect(ben.page.getByTestId('kept-out-words')).toHaveText('half a sen');

  await admin.look('audit');
  await expect(admin.record('Banned someone')).toContainText('Ben');
  await admin.look('sign-ins');
  await expect(admin.record('Signed up')).toHaveCount(2);
  await admin.person('Ben');
  await admin.act('readmit');
  await admin.confirm('Ben can sign in again.');
  await admin.close();
  // A readmitted person's messages are shown again.
  await expect(olga.row('something harmful')).toBeVisible();

  // Without a passphrase nobody can prove to be Ben: the messages wait on the device.
  await ben.page.getByTestId('try-again').click();
  await expect(ben.nickname).toHaveValue('Ben');
});

test('fault_h10_the_server_is_handed_over', async ({ person, own, allowConsole }) => {
  allowConsole(answered(409, /\/api\/admin\//));
  const olga = await person('Olga');
  await own(olga);
  const mina = await person('Mina');
  const admin = new Admin(olga);
  await admin.open();
  await admin.person('Olga');
  await admin.act('role');
  await olga.page.getByTestId('role-member').check();
  await olga.page.getByTestId('question-do').click();
  await expect(olga.page.getByTestId('question-trouble')).toContainText('needs an owner');
  await olga.page.getByTestId('question-cancel').click();
  await admin.person('Mina');
  await admin.act('role');
  await olga.page.getByTestId('role-owner').check();
  await olga.page.getByTestId('hand-over').check();
  await olga.page.getByTestId('question-do').click();
  // A person who is a member again has nothing to administer.
  await expect(admin.dialog).toHaveCount(0);
  await olga.settings.click();
  await expect(olga.page.getByTestId('open-administration')).toHaveCount(0);
  const hers = new Admin(mina);
  await hers.open();
  await hers.look('audit');
  await expect(hers.record('Changed a role')).toHaveCount(2);
});

test('fault_h04_somebody_is_blocked_and_let_speak_again', async ({ person, allowConsole }) => {
  allowConsole(answered(409, /\/api\/session/));
  const ann = await person('Ann');
  const jun = await person('Jun');
  const [rooms, his] = [new Rooms(ann), new Rooms(jun)];
  await his.writeTo('Ann');
  await jun.say('buy my things');
  await rooms.open('Jun');
  await expect(ann.row('buy my things')).toBeVisible();
  await expect(ann.page.getByTestId('brought')).toContainText('Jun');
  await ann.page.getByTestId('brought-block').click();
  await expect(ann.page.getByTestId('block-question')).toContainText('not notified');
  await ann.page.getByTestId('block-confirm').click();
  await expect(ann.page.getByTestId('you-blocked')).toBeVisible();
  await expect(ann.page.getByTestId('veil')).toBeVisible();
  await jun.say('are you there');
  await expect(jun.page.getByText('does not accept messages from you')).toBeVisible();

  await his.open('general');
  await jun.say('hello everybody');
  await rooms.open('general');
  const veil = ann.page.getByTestId('veil');
  await expect(veil).toHaveCount(1);
  await expect(ann.row('hello everybody')).toHaveCount(0);
  await veil.getByTestId('veil-lift').click();
  await expect(ann.row('hello everybody')).toBeVisible();

  await ann.settings.click();
  await expect(ann.page.getByTestId('blocked-person')).toContainText('Jun');
  await ann.page.getByTestId('settings-unblock').click();
  await expect(ann.page.getByTestId('blocked-person')).toHaveCount(0);
  await ann.page.keyboard.press('Escape');
  await rooms.open('Jun');
  await expect(ann.composer).toBeVisible();
});

test('fault_h04_a_conversation_is_hidden_or_left', async ({ person }) => {
  const ann = await person('Ann');
  const jun = await person('Jun');
  await person('Mia');
  const [rooms, his] = [new Rooms(ann), new Rooms(jun)];
  await his.writeTo('Ann');
  await jun.say('hi');
  await rooms.open('Jun');
  await ann.page.getByTestId('room-menu').click();
  await ann.page.getByTestId('room-hide').click();
  await ann.page.getByTestId('hide-confirm').click();
  await expect(rooms.link('Jun')).toHaveCount(0);
  await expect(rooms.name).toHaveText(/general$/);
  await jun.say('are you there');
  await expect(rooms.link('Jun')).toHaveCount(1);

  await his.writeTo('Ann', 'Mia');
  await jun.say('the three of us');
  const group = rooms.list.filter({ hasText: 'Mia' });
  await group.click();
  await ann.page.getByTestId('room-menu').click();
  await ann.page.getByTestId('room-leave').click();
  await ann.page.getByTestId('leave-confirm').click();
  await expect(group).toHaveCount(0);
});

test('fault_h09_the_owner_link_makes_an_owner_once', async ({ server, person, profile, allowConsole }) => {
  allowConsole(answered(403, /\/api\/(session|owner)/));
  const code = server.ownerCode;
  const olga = new ChatPage(await (await profile()).newPage());
  await olga.page.goto(`/owner#${code}`);
  await expect(olga.page.getByTestId('owner-lead')).toContainText('owner of this server');
  await olga.nickname.fill('Olga');
  await olga.joinButton.click();
  await olga.expectConnected();
  await olga.settings.click();
  await expect(olga.page.getByTestId('open-administration')).toBeVisible();
  expect(olga.page.url()).not.toContain(code);

  const ben = await person('Ben');
  await ben.page.goto(`/owner#${code}`);
  await ben.page.getByTestId('claim-do').click();
  await expect(ben.page.getByTestId('claim-trouble')).toContainText('already used');
  await ben.page.getByTestId('claim-not-now').click();
  await expect(ben.page.getByTestId('claim')).toHaveCount(0);
});

test('fault_h10_who_is_out_or_nearly_out_of_something_is_told', async ({
  server,
  person,
  wirePerson,
  profile,
  own,
  allowConsole,
}) => {
  allowConsole(answered(401, /\/api\/session/), answered(403, /\/api\/session/));
  const first = new ChatPage(await (await profile()).newPage());
  await first.page.goto('/');
  await expect(first.nickname).toBeVisible();
  await expect(first.page.getByTestId('no-owner'), 'what to do on a server without an owner').toContainText('owner-link');
  const olga = await person('Olga');
  await own(olga);
  const ben = await person('Ben');
  await first.page.reload();
  await expect(first.nickname).toBeVisible();
  await expect(first.page.getByTestId('no-owner')).toBeHidden();

  // Roles are visible in the list of people.
  await wirePerson('Tom');
  const members = await new Rooms(ben).members();
  const marks = ben.page.getByTestId('mark');
  await expect(members.filter({ hasText: 'Olga' }).getByTestId('mark')).toHaveText('Owner');
  await expect(marks).toHaveCount(1);
  // Also in an open list: one's own role and those of others.
  await server.admin('role', 'Ben', 'moderator');
  await expect(marks).toHaveText(['Moderator', 'Owner']);
  await server.admin('role', 'Tom', 'moderator');
  await expect(members.filter({ hasText: 'Tom' }).getByTestId('mark')).toHaveText('Moderator');
  await server.admin('role', 'Tom', 'member');
  await expect(members.filter({ hasText: 'Tom' }).getByTestId('mark')).toHaveCount(0);
  await ben.page.getByTestId('members-close').click();

  // The page warns before a quota is used up.
  await server.admin('limit', 'Ben', 'entries_per_day', '5');
  for (const text of ['one', 'two', 'three', 'four']) await ben.say(text);
  await ben.expectAllSent();
  await ben.page.reload();
  await expect(ben.connection).toContainText('80%');

  // A deleted room was not left.
  const rooms = new Rooms(ben);
  await rooms.create('plans');
  await ben.composer.pressSequentially('half a sen');
  await server.admin('room', 'delete', '#plans');
  await expect(ben.page.getByTestId('out-of-room')).toContainText('#plans was deleted');
  await ben.page.getByTestId('out-of-room-ok').click();

  // A person who was away at the time learns why they are excluded.
  await ben.page.goto('about:blank');
  await server.admin('ban', 'Ben', '--for', '7d', '--reason', 'harm');
  await ben.page.goto('/');
  const keptOut = ben.page.getByTestId('kept-out');
  await expect(keptOut).toContainText('banned');
  const end = new Date(Date.now() + 7 * 24 * 60 * 60 * 1_000);
  await expect(ben.page.getByTestId('kept-out-until')).toContainText(`This lasts until ${date(end, 'en')}`);
  await expect(keptOut, 'noted for moderators').not.toContainText('harm');
  await ben.page.reload();
  await expect(keptOut).toContainText('banned');
  await ben.page.getByTestId('language').click();
  await expect(ben.page.getByTestId('kept-out-until')).toContainText(`${date(end, 'ko')}`);
  await expect(ben.page.getByTestId('kept-out-until')).toContainText('까지예요.');

  // A server that says nothing for five seconds leaves it at that.
  const tab = await ben.page.context().newPage();
  await tab.clock.install();
  await tab.route('**/api/session', () => {});
  const asked = tab.waitForRequest(/\/api\/session/);
  await tab.goto('/');
  await asked;
  await tab.clock.runFor(5_000);
  await expect(tab.getByTestId('kept-out')).toBeVisible();
  await tab.close();

  // A readmitted person need only load the page again.
  await server.admin('unban', 'Ben');
  await ben.page.reload();
  await expect(ben.nickname).toHaveValue('Ben');
});
