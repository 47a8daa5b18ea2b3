// The database's file is copied back by hand while people have the page open: they are told in words which messages are gone.

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DESKTOP, expect, PHONE, test } from './chat.js';
import { NETWORK } from './console.js';

/** Copies a database that nobody has open. */
async function copyDatabase(from: string, to: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) {
    await rm(to + suffix, { force: true });
    if (suffix !== '-shm' && existsSync(from + suffix)) await copyFile(from + suffix, to + suffix);
  }
}

test('a database copied back says which messages are gone, and what waited is sent', async ({ person, server, allowConsole }) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-backup-'));
  const backup = join(folder, 'backup.db');
  try {
    const ann = await person('Ann', DESKTOP);
    const ben = await person('Ben', { ...PHONE, locale: 'ko-KR', colorScheme: 'dark' });
    await ann.say('kept 1', 'kept 2');
    await ben.expectTexts(['kept 1', 'kept 2']);
    await server.kill();
    await copyDatabase(server.database, backup);
    await server.launch();
    await ann.say('for nothing');
    // Ben writes only then: whose page reconnects first is not known.
    await ann.expectAllSent(30_000);
    // Enter breaks the line on a phone.
    await ben.composer.fill('neither');
    await ben.page.getByTestId('send').click();
    for (const chat of [ann, ben]) {
      await chat.expectTexts(['kept 1', 'kept 2', 'for nothing', 'neither'], 30_000);
      await chat.expectAllSent();
      await expect(chat.page.getByTestId('lost')).toHaveCount(0);
    }
    await server.kill();
    await ann.say('while it was away');
    await copyDatabase(backup, server.database);
    await server.launch();

    for (const chat of [ann, ben]) {
      await chat.expectTexts(['kept 1', 'kept 2', 'while it was away'], 30_000);
      await expect(chat.page.getByTestId('lost-message')).toHaveText([/Ann.*for nothing/, /Ben.*neither/]);
    }
    const [annsNotice, bensNotice] = [ann.page.getByTestId('lost'), ben.page.getByTestId('lost')];
    await expect(annsNotice).toContainText('The server’s database went back to an earlier state. These 2 messages were here and are gone:');
    await expect(annsNotice).toHaveRole('status');
    await expect(bensNotice).toContainText('서버의 데이터베이스가 이전 상태로 되돌아갔어요. 여기 있던 메시지 2개가 사라졌어요:');

    await ann.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await ann.page.getByTestId('lost-copy').click();
    expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe('Ann: for nothing\n\nBen: neither');
    await ann.page.getByTestId('lost-understood').press('Enter');
    await expect(annsNotice).toHaveCount(0);
    await ben.page.getByTestId('lost-understood').click();
    await expect(bensNotice).toHaveCount(0);
    await ann.say('on we go');
    await ben.expectTexts(['kept 1', 'kept 2', 'while it was away', 'on we go']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
