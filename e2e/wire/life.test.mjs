// The process itself: told to end, killed, started twice, with a locked database.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runToEnd, Server } from '../server.mjs';
import { arrive, assertContiguous, hangUp, signIn, until, within } from './device.mjs';
import { test } from './test.mjs';

/** Node's own SQLite, from version 22 on. @type {any} */
const sqlite = await import(/** @type {any} */ ('node:sqlite')).catch(() => undefined);
const shell = spawnSync('sqlite3', ['--version']).status === 0;

/**
 * Takes the database's write lock, as another program would; returns a function that releases it.
 * @param {string} file
 */
async function lock(file) {
  if (sqlite) {
    const database = new sqlite.DatabaseSync(file);
    database.exec('BEGIN IMMEDIATE');
    return () => {
      database.exec('COMMIT');
      database.close();
    };
  }
  const child = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
  assert.match(String((await once(child.stdout, 'data'))[0]), /locked/);
  return () => child.stdin.end('COMMIT;\n');
}

/** @param {(server: Server) => Promise<void>} body */
const withServer = (body) => async () => {
  const server = await Server.start();
  try {
    await body(server);
  } finally {
    hangUp();
    await server.dispose();
  }
};

/**
 * Sends one message after another until told to stop, and keeps the acknowledged ones. It retries after a lost ack.
 * @param {Awaited<ReturnType<typeof arrive>>} device
 * @param {string} name
 */
function stream(device, name) {
  /** @type {{ id: string, seq: number }[]} */ const acked = [];
  /** @type {string[]} */ const ids = [];
  let over = false;
  const done = (async () => {
    while (!over && !device.over) {
      const item = device.item(`${name} ${ids.length}`);
      ids.push(item.id);
      while (!device.over) {
        try {
          await until(() => device.socket.connected, 'the link is up');
          const reply = await device.socket.timeout(2_000).emitWithAck('send', [item]);
          if (reply.ok?.[0].seq) {
            acked.push(reply.ok[0]);
            break;
          }
          await delay((reply.error ?? reply.ok[0].error).retry_after_ms ?? 50);
        } catch {
          // The link broke, or the ack was lost: send the same id again.
        }
      }
    }
  })();
  return {
    acked,
    ids,
    async stop() {
      over = true;
      await within(done, 'the stream ends');
    },
  };
}

describe('the process', () => {
  test(
    'on SIGTERM says goodbye, keeps what it acknowledged, and exits 0',
    withServer(async (server) => {
      const ann = await arrive(server, 'Ann');
      const ben = await arrive(server, 'Ben');
      const streams = [stream(ann, 'a'), stream(ben, 'b')];
      await until(() => streams.every(({ acked }) => acked.length >= 20), 'both are talking');
      await server.stop();
      for (const device of [ann, ben]) {
        await until(() => device.closing, 'the session closes');
        assert.equal(device.closing.reason, 'shutdown');
      }
      await server.launch();
      for (const { stop } of streams) await stop();
      const log = await ann.pull();
      assertContiguous(log);
      for (const { acked, ids } of streams) assertKept(log, acked, ids);
      for (const device of [ann, ben]) device.close();
    }),
  );

  test(
    'on SIGTERM does not wait for a client that does not read or a request that never ends',
    withServer(async (server) => {
      const { token } = await signIn(server, 'lazy');
      const poll = `${server.url}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await (await fetch(poll)).text()).slice(1));
      await (await fetch(`${poll}&sid=${sid}`, { method: 'POST', body: `40${JSON.stringify({ token })}` })).text();
      await (await fetch(`${poll}&sid=${sid}`)).text();
      const hanging = fetch(`${poll}&sid=${sid}`).catch(() => {});
      await server.stop();
      await within(hanging, 'the hanging poll ends');
    }),
  );

  test(
    'hole_08_killed_mid_stream_everyone_connected_gets_every_acknowledged_message',
    withServer(async (server) => {
      const ann = await arrive(server, 'Ann');
      const ben = await arrive(server, 'Ben');
      const streams = [stream(ann, 'a'), stream(ben, 'b')];
      for (let round = 1; round <= 3; round += 1) {
        await until(() => streams.every(({ acked }) => acked.length >= 20 * round), 'both are talking');
        await server.crashAndRestart();
        await until(() => ann.socket.connected && ben.socket.connected, 'both are back');
      }
      for (const { stop } of streams) await stop();
      const log = await ben.pull();
      assertContiguous(log);
      for (const { acked, ids } of streams) assertKept(log, acked, ids);
      for (const device of [ann, ben]) device.close();
    }),
  );

  test(
    'hole_17_a_second_process_on_the_same_file_is_refused_with_a_clear_message',
    withServer(async (server) => {
      const ann = await arrive(server, 'Ann');
      const second = await runToEnd(['--listen', '127.0.0.1:0', '--database', server.database]);
      assert.notEqual(second.code, 0);
      assert.notEqual(second.code, null, `it ends by itself: ${second.output}`);
      assert.ok(second.output.includes(server.database), second.output);
      assert.match(second.output, /another|in use|locked|already/i);
      assert.doesNotMatch(second.output, /panicked|RUST_BACKTRACE/);
      const [stored] = await ann.post(ann.item('the first goes on'));
      assert.equal(stored?.seq, 1);
      ann.close();
      await server.kill();
      // The dead process holds no lock: the file opens again.
      await server.launch();
    }),
  );

  test(
    'tells a taken port, an unwritable folder and a database it does not speak in a sentence',
    withServer(async (server) => {
      const port = await runToEnd(['--listen', `127.0.0.1:${server.port}`, '--database', `${server.database}.other`]);
      const folder = await runToEnd(['--listen', '127.0.0.1:0', '--database', '/proc/no/such/folder/steadfast.db']);
      const kind = await runToEnd(['--listen', '127.0.0.1:0', '--database', 'postgres://localhost/steadfast']);
      for (const [run, clue] of /** @type {const} */ ([
        [port, String(server.port)],
        [folder, '/proc/no/such/folder'],
        [kind, 'postgres'],
      ])) {
        assert.ok(run.code !== 0 && run.code !== null, run.output);
        assert.ok(run.output.toLowerCase().includes(clue), run.output);
        assert.doesNotMatch(run.output, /panicked/);
      }
    }),
  );

  test(
    'hole_19_a_database_locked_for_a_while_delays_acks_and_loses_none',
    { skip: sqlite || shell ? false : 'needs Node.js 22 or the sqlite3 program' },
    withServer(async (server) => {
      const ann = await arrive(server, 'Ann');
      const [first] = await ann.post(ann.item('before the lock'));
      assert.ok(first);
      const release = await lock(server.database);

      const items = Array.from({ length: 20 }, (_, index) => ann.item(`while locked ${index}`));
      let answered = 0;
      const replies = items.map(async (item) => {
        const [stored] = await ann.post(item);
        answered += 1;
        return stored;
      });
      await delay(1_500);
      assert.equal(answered, 0, 'nothing is acknowledged before it is stored');
      const unlocked = Date.now();
      release();
      await Promise.all(replies);
      assert.ok(Date.now() - unlocked < 5_000, `the last ack came ${Date.now() - unlocked} ms after the lock went`);
      const log = await ann.pull();
      assertContiguous(log);
      assert.deepEqual(
        log.slice(1).map((entry) => entry.id),
        items.map((item) => item.id),
      );
      ann.close();
    }),
  );
});

/**
 * Fails unless the log has every acknowledged message at the place in its ack, and no message of the stream twice.
 * @param {import('./device.mjs').Entry[]} log
 * @param {{ id: string, seq: number }[]} acked
 * @param {string[]} ids
 */
function assertKept(log, acked, ids) {
  for (const { id, seq } of acked) assert.equal(log[seq - 1]?.id, id, `acknowledged as ${seq}`);
  const mine = log.filter((entry) => ids.includes(entry.id)).map((entry) => entry.id);
  assert.deepEqual(mine, ids, 'each message once, in the order written');
}
