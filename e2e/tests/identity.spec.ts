// Identity: passphrases, devices, invitations.

import { ChatPage } from '../pages/chat.js';
import { answered } from './console.js';
import { expect, test } from './chat.js';

const PASSPHRASE = 'correct horse battery';

/** Sets a passphrase in the settings, and leaves them open. */
async function setPassphrase(chat: ChatPage): Promise<void> {
  await chat.settings.click();
  await chat.page.getByTestId('passphrase-new').fill('short');
  await chat.page.getByTestId('passphrase-save').click();
  await expect(chat.page.getByTestId('passphrase-new-hint')).toContainText('8');
  await chat.page.getByTestId('passphrase-new').fill(PASSPHRASE);
  await chat.page.getByTestId('passphrase-save').click();
  await expect(chat.page.getByTestId('dialog-toast'), 'told in the dialog, which covers the page').toHaveText('Saved');
  await expect(chat.page.getByTestId('passphrase-now')).toBeVisible();
}

test('a nickname is one person’s on all their devices, and a device can be signed out', async ({ person, profile, allowConsole }) => {
  allowConsole(answered(409, /\/api\/session/), answered(401, /\/api\/session/));
  const ann = await person('Ann');
  await ann.say('from my desk');
  await setPassphrase(ann);

  const phone = new ChatPage(await (await profile()).newPage());
  await phone.page.goto('/');
  await phone.nickname.fill('Ann');
  await phone.joinButton.click();
  await expect(phone.page.getByTestId('nickname-hint')).toContainText('is taken');
  await phone.page.getByTestId('passphrase').fill('wrong horse battery');
  await phone.joinButton.click();
  await expect(phone.page.getByTestId('passphrase-hint')).toContainText('does not match');
  await phone.page.getByTestId('passphrase').fill(PASSPHRASE);
  await phone.joinButton.click();
  await phone.expectConnected();
  await phone.expectTexts(['from my desk']);
  expect((await phone.seen())[0]?.mine).toBe(true);

  await ann.page.keyboard.press('Escape');
  await ann.settings.click();
  await expect(ann.page.getByTestId('device')).toHaveCount(2);
  await ann.page.getByTestId('device-sign-out').click();
  await expect(ann.page.getByTestId('device')).toHaveCount(1);
  await expect(phone.nickname).toHaveValue('Ann');
  await expect(phone.page.getByTestId('passphrase')).toBeVisible();
  await expect(phone.rows).toHaveCount(0);
});

test('a server with closed registration lets in only people with an invitation link', async ({ person, own, profile, allowConsole }) => {
  allowConsole(answered(403, /\/api\/session/));
  const owner = await person('Olga');
  await own(owner);
  await owner.settings.click();
  await owner.page.getByTestId('closed').check();
  await owner.page.getByTestId('new-invite').click();
  const link = (await owner.page.getByTestId('invite-link').locator('code').textContent()) ?? '';
  expect(link).toMatch(/\/join#/);

  const stranger = new ChatPage(await (await profile()).newPage());
  await stranger.page.goto('/');
  await expect(stranger.page.getByTestId('invitation')).toBeVisible();
  await stranger.nickname.fill('Ben');
  await stranger.page.getByTestId('invitation').fill('no-such-code');
  await stranger.joinButton.click();
  await expect(stranger.page.getByTestId('invitation-hint')).toContainText('invitation');
  // In a tab that shows another invitation, where the browser loads nothing because only the fragment changes.
  await stranger.page.goto('/join#an-expired-one');
  await expect(stranger.page.getByTestId('invitation')).toHaveValue('an-expired-one');
  await stranger.page.goto(link);
  await expect(stranger.page.getByTestId('invitation')).toHaveValue(new URL(link).hash.slice(1));
  await stranger.nickname.fill('Ben');
  await stranger.joinButton.click();
  await stranger.expectConnected();
  await expect(stranger.page).toHaveURL(/\/r\//);

  await owner.page.getByTestId('invite-take-back').click();
  await expect(owner.page.getByTestId('invite')).toHaveCount(0);
});

test('whoever tries too many passphrases is told how long to wait, in the language chosen', async ({ person, profile, allowConsole }) => {
  allowConsole(answered(401, /\/api\/session/), answered(409, /\/api\/session/), answered(429, /\/api\/session/));
  await setPassphrase(await person('Mina'));
  const phone = new ChatPage(await (await profile({ locale: 'ko-KR' })).newPage());
  await phone.page.goto('/');
  await phone.nickname.fill('Mina');
  await phone.joinButton.click();
  const passphrase = phone.page.getByTestId('passphrase');
  const hints = phone.page.locator('[data-testid$="-hint"]');
  await expect(passphrase).toBeVisible();
  for (let n = 1; n <= 11; n += 1) {
    await passphrase.fill(`wrong horse ${n}`);
    const answer = phone.page.waitForResponse(/\/api\/session$/);
    await phone.joinButton.click();
    if ((await answer).status() === 429) break;
  }
  await expect(hints.filter({ hasText: '분 뒤에 다시 시도해 주세요' })).toHaveCount(1);
  await expect(phone.page.getByText('try again later')).toHaveCount(0);
});

test('signing out without a passphrase warns once', async ({ person }) => {
  const ann = await person('Ann');
  await ann.settings.click();
  await ann.page.getByTestId('sign-out').click();
  await expect(ann.page.getByTestId('sign-out-warning')).toContainText('passphrase');
  await ann.page.getByTestId('sign-out').click();
  await expect(ann.nickname).toBeVisible();
});
