// Rooms with many people: present people come first, the others page by page, and anybody can be found by name.

import { Rooms } from '../pages/rooms.js';
import { signIn } from '../wire/device.mjs';
import { expect, test } from './chat.js';

test.use({ serverArgs: ['--sign-ins-per-minute', '10000', '--presence-grace-ms', '300'] });

test('a room of many people is listed page by page, and searched', async ({ server, person, wirePerson }) => {
  // The server rests after each sign-up.
  test.slow();
  const ann = await person('Ann');
  const pad = (n: number) => String(n).padStart(3, '0');
  for (let n = 0; n < 150; n += 1) await signIn(server, `Walker ${pad(n)}`);
  const zoe = await wirePerson('Zoe');
  // She is named although the list has not reached her.
  await ann.composer.pressSequentially('@149');
  await expect(ann.page.getByTestId('suggestion')).toContainText(['Walker 149']);
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue('@Walker 149 ');
  await ann.composer.fill('');
  const rooms = new Rooms(ann);
  const people = await rooms.members();
  const panel = ann.page.getByTestId('members-panel');
  // Zoe is last by name, but present: so she is not on a later page.
  const state = (name: string) => people.filter({ hasText: name }).getByTestId('presence');
  await expect(state('Zoe')).toHaveAttribute('data-state', 'online');
  await expect(panel.getByRole('heading', { level: 3 }).first()).toContainText('Here · 2');
  await expect(people.filter({ hasText: 'Walker 000' })).toBeVisible();
  await expect(people.filter({ hasText: 'Walker 149' })).toHaveCount(0);
  await panel.getByTestId('members-search').fill('walker 149');
  await expect(people.filter({ hasText: 'Walker 149' })).toBeVisible();
  await expect(panel.getByText('Found · 1')).toBeVisible();
  await panel.getByTestId('members-search').fill('nobody at all');
  await expect(panel.getByRole('status')).toHaveText('Nobody here has that name.');
  await panel.getByTestId('members-search').fill('');
  await expect(people.filter({ hasText: 'Walker 000' })).toBeVisible();
  // Loaded by scrolling.
  await panel.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(people.filter({ hasText: 'Walker 149' })).toHaveCount(1);
  await expect(panel.getByTestId('members-more')).toBeHidden();
  await expect(panel.getByText('Offline · 150')).toBeAttached();
  // A person of a later page joins.
  zoe.close();
  await expect(state('Zoe')).toHaveAttribute('data-state', 'offline');
});

test('a crowd shows its number, and the listed people', async ({ server, person }) => {
  test.slow();
  const ann = await person('Ann');
  const { io } = await import('socket.io-client');
  const sockets = [];
  for (let n = 0; n < 60; n += 1) {
    const { token } = await signIn(server, `Guest ${n}`);
    sockets.push(io(server.url, { auth: { token, watch: {} }, transports: ['websocket'], forceNew: true }));
  }
  try {
    await expect(ann.page.getByTestId('online')).toHaveText('61 online');
    const people = await new Rooms(ann).members();
    const panel = ann.page.getByTestId('members-panel');
    await expect(panel.getByRole('heading', { level: 3 }).first()).toContainText('Here · 61');
    const state = (name: string) => people.filter({ hasText: name }).getByTestId('presence');
    await expect(state('Guest 42')).toHaveAttribute('data-state', 'online');
    sockets[42]?.emit('away', { away: true });
    await expect(state('Guest 42')).toHaveAttribute('data-state', 'away');
    sockets[41]?.close();
    await expect(ann.page.getByTestId('online')).toHaveText('60 online');
  } finally {
    for (const socket of sockets) socket.close();
  }
});
