// Acks that get lost, and acks that refuse.

import { Link } from '../pages/chat.js';
import { expect, numbered, test } from './chat.js';

/** A `send` from the page: its ack number and its items. */
function sendOf(packet: string): { ack: string; items: { id: string; body: { text: string } }[] } | undefined {
  const match = /^42(\d+)(\["send",.*)$/s.exec(packet);
  return match ? { ack: match[1]!, items: JSON.parse(match[2]!)[1] } : undefined;
}

for (const then of ['the link drops', 'nothing more is heard'] as const) {
  test(`a swallowed ack stores the message once, when ${then}`, async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const link = await Link.of(ann.page);
    const waiting = new Set<string>();
    let sends = 0;
    let swallowed = 0;
    link.fromPage = (packet) => {
      const send = sendOf(packet);
      if (send) {
        sends += 1;
        waiting.add(send.ack);
      }
      return packet;
    };
    link.fromServer = (packet) => {
      const ack = /^43(\d+)\[/.exec(packet)?.[1];
      if (swallowed < 2 && ack && waiting.delete(ack)) {
        swallowed += 1;
        if (then === 'the link drops') void link.drop();
        return undefined;
      }
      // The author would learn from its own echo, so that is lost too.
      if (swallowed < 2 && packet.startsWith('42["entries"')) return undefined;
      return packet;
    };
    await ann.page.reload();
    await ann.expectConnected();
    await ann.say('stored once', 'and the next');
    await ann.expectTexts(['stored once', 'and the next']);
    await ann.expectAllSent(60_000);
    await ben.expectTexts(['stored once', 'and the next']);
    expect((await ben.seen()).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(swallowed).toBeGreaterThan(0);
    if (then === 'nothing more is heard') expect(sends).toBeGreaterThan(1);
    await ann.page.reload();
    await ann.expectTexts(['stored once', 'and the next']);
    await ann.expectAllSent();
  });
}

test.describe('a message that is refused', () => {
  /** The server's refusal of every text with the word `bad`, in the server's form; the server never sees these. */
  async function refusing(link: Link) {
    const refuse = { on: true };
    link.fromPage = (packet, route) => {
      const send = sendOf(packet);
      if (!refuse.on || !send?.items.some(({ body }) => body.text.includes('bad'))) return packet;
      const error = { code: 'invalid', message: 'the text is not acceptable here' };
      // With more than one item the whole batch is refused, so that the page has to find the bad one.
      const reply = send.items.length > 1 ? { error } : { ok: [{ id: send.items[0]!.id, error }] };
      route.send(`43${send.ack}[${JSON.stringify(reply)}]`);
      return undefined;
    };
    return refuse;
  }

  test('stays with its reason while later ones go on; retry sends it', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const link = await Link.of(ann.page);
    const refuse = await refusing(link);
    await ann.page.reload();
    await ann.expectConnected();
    await ann.disconnect();
    await ann.say('good 1', 'bad 2', 'good 3');
    await ann.connect();
    await ben.expectTexts(['good 1', 'good 3']);
    await ann.expectState('bad 2', 'rejected');
    await ann.expectState('good 3', 'sent');
    await ann.page.reload();
    await ann.expectState('bad 2', 'rejected');
    refuse.on = false;
    await ann.row('bad 2').getByTestId('retry').click();
    await ann.expectState('bad 2', 'sent');
    await ben.expectTexts(['good 1', 'good 3', 'bad 2']);
    await ann.expectTexts(['good 1', 'good 3', 'bad 2']);
    await ann.expectUnsent(0);
  });

  test('can be edited and sent again', async ({ person }) => {
    const ann = await person('Ann');
    const ben = await person('Ben');
    const link = await Link.of(ann.page);
    await refusing(link);
    await ann.page.reload();
    await ann.expectConnected();
    await ann.say('a bad word');
    await ann.expectState('a bad word', 'rejected');
    // Unlike a message that goes through, a refusal is announced.
    const row = ann.row('a bad word');
    await expect(row).toHaveAttribute('aria-live', 'off');
    for (const part of ['.row-state', '.rejection-reason']) {
      await expect(row.locator(part)).toHaveAttribute('aria-live', 'polite');
    }
    await ann.row('a bad word').getByTestId('edit').click();
    await expect(ann.composer).toHaveValue('a bad word');
    await ann.say('a kind word');
    await ann.expectTexts(['a kind word']);
    await ann.expectState('a kind word', 'sent');
    await ben.expectTexts(['a kind word']);
  });

  test('can be discarded, for good', async ({ person }) => {
    const ann = await person('Ann');
    const link = await Link.of(ann.page);
    await refusing(link);
    await ann.page.reload();
    await ann.expectConnected();
    await ann.say('bad idea', 'good idea');
    await ann.expectState('bad idea', 'rejected');
    await ann.row('bad idea').getByTestId('discard').click();
    await ann.expectTexts(['good idea']);
    await ann.expectAllSent();
    await ann.page.reload();
    await ann.expectConnected();
    await ann.expectTexts(['good idea']);
  });
});

test('a request to a busy server is repeated, and the order stays', async ({ person }) => {
  const ann = await person('Ann');
  const ben = await person('Ben');
  const link = await Link.of(ann.page);
  let refusals = 0;
  link.fromPage = (packet, route) => {
    const send = sendOf(packet);
    if (!send || refusals >= 3) return packet;
    refusals += 1;
    route.send(`43${send.ack}[{"error":{"code":"busy","message":"busy","retry_after_ms":50}}]`);
    return undefined;
  };
  await ann.page.reload();
  await ann.expectConnected();
  await ann.say(...numbered('patient', 5));
  for (const chat of [ann, ben]) {
    await chat.expectTexts(numbered('patient', 5), 30_000);
    await chat.expectAllSent();
  }
  expect(refusals).toBe(3);
});

test('fault_m08 a full disk is reported, and waiting messages are sent once there is room', async ({ person }) => {
  const ann = await person('Ann');
  const link = await Link.of(ann.page);
  let full = true;
  link.fromPage = (packet, route) => {
    const send = sendOf(packet);
    if (!send || !full) return packet;
    const error = { code: 'storage_full', message: 'the disk is full' };
    route.send(`43${send.ack}${JSON.stringify([{ ok: send.items.map(({ id }) => ({ id, error })) }])}`);
    return undefined;
  };
  await ann.page.reload();
  await ann.expectConnected();
  await ann.say('wait for it');
  const bar = ann.page.getByTestId('connection');
  await expect(bar).toContainText("The server's disk is full. Your messages wait here");
  await ann.expectState('wait for it', 'saved');
  full = false;
  await ann.expectAllSent();
  await expect(bar).not.toContainText('disk is full');
});
