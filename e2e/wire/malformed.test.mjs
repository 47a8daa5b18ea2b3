// hole_02: malformed events of every kind, with and without an ack. The server answers with a typed error if it can, and
// survives.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, assertTyped, Device, hangUp, signIn, until } from './device.mjs';
import { Raw } from './raw.mjs';
import { ID, NESTED, SHAPES } from './shapes.mjs';
import { test } from './test.mjs';

describe('hole_02_malformed_events_get_typed_errors_and_the_server_lives', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let bystander;
  /** @type {string} */ let token;
  /** @type {number | undefined} */ let pid;

  before(async () => {
    server = await Server.start();
    pid = server.pid;
    bystander = await arrive(server, 'bystander');
    ({ token } = await signIn(server, 'vandal'));
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** The bystander's connection never broke, and their message arrives. */
  const unharmed = async () => {
    const item = bystander.item('still here');
    const [stored] = await bystander.post(item);
    assert.ok(stored);
    await bystander.hears(item.id);
    assert.equal(bystander.disconnected, undefined);
    assert.equal(server.pid, pid);
    assert.ok(server.running);
  };

  for (const event of ['send', 'history', 'sync']) {
    for (const [shape, args] of SHAPES) {
      test(`${event} with ${shape}: an ack says what is wrong`, async () => {
        const vandal = new Device(server, { token });
        await vandal.open();
        const reply = await vandal.request(event, ...args);
        const refusal = reply.error ?? (Array.isArray(reply.ok) ? reply.ok[0]?.error : undefined);
        assertTyped(refusal, ['invalid', 'too_large']);
        const [stored] = await vandal.post(vandal.item('and the connection goes on'));
        assert.ok(stored);
        vandal.close();
      });
    }
  }

  for (const [shape, json] of Object.entries(NESTED)) {
    test(`${shape}: an ack says what is wrong`, async () => {
      const raw = await new Raw(server).open({ token });
      for (const event of ['send', 'history', 'sync', 'typing', 'read', 'nonsense']) raw.send(`42["${event}",${json}]`);
      for (const [index, event] of ['send', 'history', 'sync'].entries()) {
        raw.send(`42${index}["${event}",${json}]`);
        const [reply] = JSON.parse(await raw.receives(`43${index}`));
        assertTyped(reply.error, 'invalid');
      }
      raw.close();
      await unharmed();
    });
  }

  test('the same without an ack, and on events that take none', async () => {
    const vandal = new Device(server, { token });
    await vandal.open();
    for (const event of ['send', 'history', 'sync', 'typing', 'read', 'presence', 'session', 'entries', 'nonsense', '']) {
      for (const [, args] of SHAPES) {
        vandal.socket.emit(event, ...args);
        // The rate limit may end this connection: it reconnects, like any client, and continues.
        if (!vandal.socket.connected) await until(() => vandal.socket.connected, 'the vandal is back');
      }
    }
    await until(() => vandal.socket.connected, 'the vandal is connected');
    await vandal.pull();
    vandal.close();
    await unharmed();
  });

  // A new person: the one above may have to wait for the rate limit.
  test('surplus arguments', async () => {
    const vandal = await arrive(server, 'talkative');
    const reply = await vandal.request('send', [vandal.item('and more')], 1, null, { x: [] });
    assert.ok(reply.error ? reply.error.code === 'invalid' : reply.ok[0].seq > 0, JSON.stringify(reply));
    vandal.close();
    await unharmed();
  });

  test('an unknown event with an ack is answered too', async () => {
    const vandal = await arrive(server, 'from the future');
    assertTyped((await vandal.request('nonsense', { any: 'thing' })).error, 'invalid');
    vandal.close();
    await unharmed();
  });

  test('typing and read with an undocumented ack', async () => {
    const vandal = new Device(server, { token });
    await vandal.open();
    for (const event of ['typing', 'read']) {
      for (const args of [[42], [], [{ room: ID, seq: -1 }]]) vandal.socket.emit(event, ...args, () => {});
    }
    await vandal.pull();
    vandal.close();
    await unharmed();
  });

  test('packets that no client library would write', async () => {
    const packets = [
      '', '4', '42', '42[', '42[]', '42[1]', '42[null]', '42{}', '42{"a":1}', '42"send"', '42["send"', '42["send",]',
      '42["send",{]', '421["send"', '4299999999999999999999["send",[]]', '42-1["send",[]]', '42/admin,["send",[]]',
      '40/admin,', '40{"token":', '40', '41/admin,', '43', '43[]', '431[]', '43999["x"]', '44', '44{"message":"x"}',
      '45', '451-["send",{"_placeholder":true,"num":0}]', '451-["send",{"_placeholder":true,"num":7}]',
      '4599999999-["send"]', '46', '461-[]', '49', '4x', '7', 'x', '2probe', '5', '6', '0{}', '\u0000', '\ud83d\udc4b',
      '42["send",' + '['.repeat(5000) + ']'.repeat(5000) + ']', '42["send",' + '['.repeat(200_000),
      '42["' + 'x'.repeat(100_000) + '",1]', Buffer.from([4, 50, 91]), Buffer.alloc(0), Buffer.alloc(1_000, 255),
    ];
    for (const stage of ['before CONNECT', 'after CONNECT']) {
      for (const packet of packets) {
        const raw = new Raw(server);
        await (stage === 'before CONNECT' ? raw.hello() : raw.open({ token }));
        raw.send(packet);
        raw.send('420["sync",{}]');
        raw.close();
      }
    }
    await unharmed();
  });

  test('a binary event that announces attachments and never sends them', async () => {
    const raw = await new Raw(server).open({ token });
    raw.send('451-["send",{"_placeholder":true,"num":0}]');
    raw.send('42["history",{}]');
    raw.close();
    await unharmed();
  });

  test('HTTP bodies that no polling client would send', async () => {
    const open = await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = JSON.parse(open.slice(1));
    for (const body of ['', '4', 'x', '42[', '\u001e\u001e\u001e', '40\u001e41\u001e40']) {
      const path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
      await (await fetch(server.url + path, { method: 'POST', body })).text();
    }
    for (const query of ['', '?EIO=3&transport=polling', '?EIO=4&transport=pigeon', '?EIO=4&transport=polling&sid=none']) {
      const response = await fetch(`${server.url}/socket.io/${query}`);
      assert.ok(response.status >= 400 && response.status < 500, `${query}: ${response.status}`);
    }
    await unharmed();
  });

  test('a packet over the limit ends its own connection only', async () => {
    for (const transport of ['websocket', 'polling']) {
      const vandal = new Device(server, { token }, { transports: [transport] });
      await vandal.open();
      vandal.socket.emit('send', [vandal.item('x'.repeat(2 * 1024 * 1024))]);
      await until(() => vandal.disconnected, `the ${transport} connection ends`);
      await until(() => vandal.socket.connected, 'and may come back');
      vandal.close();
      await unharmed();
    }
  });

  test('and any entries stored on the way are a log like any other', async () => {
    assertContiguous(await bystander.pull());
    assert.equal(server.pid, pid);
    await server.stop();
  });
});
