// hole_02: requests that no polling client would send, and packets that are too large. They harm nobody else.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, Device, hangUp, signIn, until } from './device.mjs';
import { test } from './test.mjs';

describe('hole_02_unreadable_requests_and_large_packets_harm_nobody', () => {
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
