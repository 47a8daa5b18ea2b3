#!/usr/bin/env node
// A bot in one file: joins the chat, prints messages, and posts each line from stdin.
//
//   npm install socket.io-client
//   echo 'hello from a script' | node bot.mjs http://localhost:3000 my-bot bot-state.json
//
// It lives in one room, a public one. Its durable state is in the state file: its token, the room, its position in the room's log (the
// cursor), and the messages that the server has not acknowledged yet (the outbox). Kill it at any moment and start it again: nothing is
// lost, nothing is doubled.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';

const [url = 'http://localhost:3000', nickname = 'bot', file = 'bot-state.json'] = process.argv.slice(2);
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { cursor: 0, outbox: [] };
const save = () => {
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file); // all of it or nothing
};

// The nickname is taken once; from then on the token identifies the bot.
if (!state.token) {
  const body = JSON.stringify({ nickname, with_token: true });
  const response = await fetch(`${url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  state.token = answer.token;
  save();
}

// `auth` is called at each attempt, so that every reconnect resumes from the newest cursor.
const auth = (give) => give({ token: state.token, epoch: state.epoch, cursors: state.room && { [state.room]: state.cursor } });
const socket = io(url, { transports: ['websocket'], auth, ackTimeout: 10_000 });
socket.on('connect_error', (refused) => {
  if (!socket.active) throw refused; // such as `unauthorized`: nothing that trying again would change
});
socket.on('disconnect', () => socket.active || delay(1_000).then(() => socket.connect())); // the server hung up: once more

socket.on('session', (session) => {
  if (session.state === 'closing') return console.error(`the server closes: ${session.reason}`);
  if (state.epoch !== session.epoch) Object.assign(state, { epoch: session.epoch, cursor: 0 }); // cursors of another life mean nothing
  const ours = session.rooms.find((room) => room.id === state.room) ?? session.rooms.find((room) => room.kind === 'public');
  if (!ours) return console.error('there is no public room');
  if (state.room !== ours.id) Object.assign(state, { room: ours.id, cursor: 0 });
  for (const missed of session.missed) apply(missed);
  if (state.cursor < ours.head) pull();
  drain();
});
socket.on('entries', (news) => apply(news) || pull());

/** Applies entries that continue the log at `cursor + 1` and skips repeats. Returns false if there is a gap. */
function apply({ room, entries }) {
  if (room !== state.room) return true; // a conversation, or a room that somebody added it to
  for (const { seq, author, body } of entries.filter((entry) => entry.seq > state.cursor)) {
    if (seq !== state.cursor + 1) return false;
    console.log(`#${seq} ${author.name}: ${body.text ?? `(${body.kind})`}`);
    state.cursor = seq;
  }
  save();
  return true;
}

/** Closes a gap, page by page. If the link breaks, the next session starts over. */
const pull = alone(async () => {
  for (let head = Infinity; state.cursor < head; ) {
    const { ok, error } = await socket.emitWithAck('history', { room: state.room, after: state.cursor });
    if (error) await delay(error.retry_after_ms ?? 1_000);
    else [head] = [ok.head, apply({ ...ok, room: state.room })];
  }
});

/** Sends the outbox, oldest first. Without an answer it sends the same id again, and the server stores it once. */
const drain = alone(async () => {
  while (state.outbox.length > 0) {
    const [item] = state.outbox;
    const reply = await socket.emitWithAck('send', [{ ...item, room: state.room }]);
    const error = reply.error ?? reply.ok[0].error;
    if (['busy', 'unavailable', 'rate_limited', 'storage_full'].includes(error?.code)) await delay(error.retry_after_ms ?? 1_000);
    else {
      if (error) console.error(`refused: ${error.message}`);
      state.outbox.shift();
      save();
    }
  }
});

for await (const text of createInterface({ input: process.stdin })) {
  const now = Date.now().toString(16).padStart(12, '0'); // a UUIDv7: the time, then chance
  const id = `${now.slice(0, 8)}-${now.slice(8)}-7${randomUUID().slice(15)}`;
  state.outbox.push({ id, body: { kind: 'message', text } });
  save();
  drain();
}

/** Runs one call at a time; a broken link ends it, and the next session starts it again. */
function alone(work) {
  let running = false;
  return async () => {
    if (running || !socket.connected) return;
    running = true;
    await work().catch(() => {});
    running = false;
  };
}
