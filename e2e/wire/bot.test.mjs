// The documented example script, run like a newcomer would run it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, hangUp, until } from './device.mjs';
import { test } from './test.mjs';

const SCRIPT = fileURLToPath(new URL('../examples/bot.mjs', import.meta.url));

test('the example bot joins, posts, resumes from its cursor and doubles nothing', async () => {
  const server = await Server.start();
  const ann = await arrive(server, 'Ann');
  const file = `${server.database}-bot.json`;
  const state = async () => JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));

  const start = () => {
    const child = spawn(process.execPath, [SCRIPT, server.url, 'Bot', file]);
    const bot = { child, output: '', lines: () => bot.output.split('\n').filter(Boolean) };
    child.stdout.on('data', (chunk) => (bot.output += chunk));
    child.stderr.on('data', (chunk) => (bot.output += chunk));
    return bot;
  };
  /** @param {ReturnType<typeof start>} bot */
  const kill = async (bot) => {
    if (bot.child.exitCode !== null || bot.child.signalCode !== null) return;
    const exited = once(bot.child, 'exit');
    bot.child.kill('SIGKILL');
    await exited;
  };

  let bot = start();
  try {
    await ann.post(...Array.from({ length: 150 }, (_, index) => ann.item(`before ${index}`)));
    await until(() => bot.lines().length >= 150, 'the bot prints the log');
    bot.child.stdin.write('hello\nworld\n');
    await until(async () => (await state()).outbox?.length === 0 && bot.lines().length >= 152, 'the bot speaks');
    assert.deepEqual(bot.lines().slice(-2), ['#151 Bot: hello', '#152 Bot: world']);

    // Anybody may open a conversation with it: that is another room, and nothing of it is the bot's business.
    const [{ author }] = (await ann.pull()).filter((entry) => entry.author.name === 'Bot');
    const direct = await ann.ask('room:direct', { with: [author.id] });
    await ann.ask('send', [{ ...ann.item('between us'), room: direct.id }]);
    await kill(bot);

    await ann.post(ann.item('while the bot was away'));
    bot = start();
    await until(() => bot.lines().length >= 1, 'the bot is back');
    assert.deepEqual(bot.lines(), ['#153 Ann: while the bot was away']);

    // Input that it could not send outlives both it and the server.
    await server.kill();
    bot.child.stdin.write('into the void\n');
    await until(async () => (await state()).outbox?.length === 1, 'the outbox is on disk');
    await kill(bot);
    await server.launch();
    bot = start();
    await until(() => bot.output.includes('into the void'), 'the bot sends what it kept');

    const log = await ann.pull();
    assertContiguous(log);
    assert.deepEqual(
      log.filter((entry) => entry.author.name === 'Bot').map((entry) => entry.body.text),
      ['hello', 'world', 'into the void'],
    );
  } catch (error) {
    throw new Error(`the bot said:\n${bot.output}`, { cause: error });
  } finally {
    hangUp();
    await kill(bot);
    await server.dispose();
  }
});
