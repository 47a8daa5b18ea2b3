// Runs the script of faults against each chat in turn and prints the results side by side.
//
//   node scoreboard.mjs STEADFAST-BINARY MARKDOWN-FILE [SEED]

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { converged, count } from './count.mjs';
import { Host } from './host.mjs';
import { Link } from './link.mjs';
import { DEVICES, SCRIPT_MS, TYPE_EVERY_MS, faults } from './script.mjs';
import { steadfast, stored, tutorial } from './sides.mjs';

/** After the last fault, a chat has so long to converge. The tutorial's client tries four times, ten seconds each. */
const PATIENCE_MS = 60_000;

const [binary, markdown, seed = '1'] = process.argv.slice(2);
if (!binary || !markdown) {
  console.error('usage: node scoreboard.mjs STEADFAST-BINARY MARKDOWN-FILE [SEED]');
  process.exit(2);
}

const results = [];
for (const side of [tutorial, steadfast(binary)]) {
  console.log(`\n${side.name}: ${SCRIPT_MS / 1_000} s of faults, then up to ${PATIENCE_MS / 1_000} s to converge`);
  results.push({ side, ...(await run(side, Number(seed))) });
}
const table = tabulate(results);
console.log(`\n${table}`);
await writeFile(markdown, page(table));
console.log(`\nwritten to ${markdown}`);
process.exit(0);

/**
 * @param {import('./sides.mjs').Side} side
 * @param {number} seed
 */
async function run(side, seed) {
  const folder = await mkdtemp(join(tmpdir(), 'scoreboard-'));
  const database = join(folder, 'chat.db');
  const host = await Host.start(side.command(database));
  const links = await Promise.all(Array.from({ length: DEVICES }, () => Link.to(host.port)));
  const devices = [];
  for (const [who, link] of links.entries()) {
    devices.push(await side.device(`http://127.0.0.1:${link.port}`, `http://127.0.0.1:${host.port}`, who));
  }
  await delay(1_000);

  const typed = devices.map(() => /** @type {string[]} */ ([]));
  const typing = setInterval(() => {
    for (const [who, device] of devices.entries()) {
      const message = `device ${who}, message ${typed[who].length + 1}`;
      typed[who].push(message);
      device.send(message);
    }
  }, TYPE_EVERY_MS);

  const start = Date.now();
  const acts = {
    cut: ({ who }) => links[who].cut(),
    'swallow both': ({ who, ms }) => links[who].swallow('both', ms),
    'swallow answers': ({ who, ms }) => links[who].swallow('answers', ms),
    refuse: ({ who, ms }) => links[who].refuse(ms),
    disconnect: ({ who }) => devices[who].disconnect(),
    connect: ({ who }) => devices[who].connect(),
    refresh: ({ who }) => devices[who].refresh(),
    kill: () => host.kill(),
    start: () => host.start(),
  };
  for (const fault of faults(seed)) {
    await delay(Math.max(0, start + fault.at - Date.now()));
    await acts[fault.what](fault);
  }
  await delay(Math.max(0, start + SCRIPT_MS - Date.now()));
  clearInterval(typing);

  const over = Date.now();
  const ending = async () => ({ typed, log: await stored(side, database), devices });
  let seconds;
  while (Date.now() - over < PATIENCE_MS) {
    if (converged(await ending())) {
      seconds = (Date.now() - over) / 1_000;
      break;
    }
    await delay(100);
  }
  const counted = count(await ending());
  for (const device of devices) device.close();
  for (const link of links) link.close();
  await host.kill();
  await rm(folder, { recursive: true, force: true });
  return { ...counted, seconds };
}

function tabulate(results) {
  const rows = [
    ['sent: Enter was pressed', (one) => one.sent],
    ['told stored: an ack came', (one) => one.told],
    ['**lost** though told stored', (one) => one.lostThoughTold],
    ['**lost** without a word: neither stored, nor waiting, nor refused', (one) => one.lostUnseen],
    ['**duplicated** in the log', (one) => one.storedTwice],
    ['**duplicated** on a screen', (one) => one.shownTwice],
    ['**missing** on a screen, of what is stored', (one) => one.missing],
    ['**misordered** on a screen: a message above an older one', (one) => one.misordered],
    ["**misordered** in the log: an author's own messages", (one) => one.ownOrder],
    ['seconds to converge, after the last fault', (one) => (one.seconds === undefined ? 'never' : one.seconds.toFixed(1))],
  ];
  const lines = [
    `| | ${results.map((one) => one.side.name).join(' | ')} |`,
    `|---|${results.map(() => '---:').join('|')}|`,
    ...rows.map(([name, read]) => `| ${name} | ${results.map(read).join(' | ')} |`),
  ];
  return lines.join('\n');
}

function page(table) {
  return `# The scoreboard

One script of faults, run against the chat of the Socket.IO tutorial and against Steadfast, one after the other on the same machine.
\`cargo xtask scoreboard\` writes this page.

${table}

Counted over all ${DEVICES} devices: a message that three screens lack is missing three times. _Never_ means not within ${PATIENCE_MS / 1_000} s.

## What was run

- ${DEVICES} devices, each behind a TCP proxy of its own, each typing a message every ${TYPE_EVERY_MS} ms for ${SCRIPT_MS / 1_000} s. Seed ${seed}; ${cpus().length} cores; Node.js ${process.versions.node}.
- **Both sides use the official JavaScript client** (socket.io-client 4.8.4), polling first and then WebSocket, as it comes.
- The tutorial's side: our own writing of its final server (socket.io 4.8.4, sqlite3, connection state recovery on, a unique client offset) in one
  process, and its final page: \`ackTimeout: 10000, retries: 3\`, the offset of the last message in \`auth\`.
- Steadfast's side: the server as it is shipped, with its defaults, and the small client that [PROTOCOL.md](PROTOCOL.md) describes: an outbox and a cursor
  that outlive the page, \`ackTimeout: 10000\`.
- Both databases are SQLite files on the same disk.

## Where the tutorial's messages go

- A message typed while disconnected is named \`undefined-7\`: the name is made of the socket's id, and there is none then. Two devices, or one before and after
  a refresh, choose the same name; the second message is taken for a repeat of the first, acknowledged, and never stored.
- What waits in the page's memory is gone with the page. After three retries it is given up, and the page does not say so.
- The cursor jumps to whatever comes last, so a message that another connection's query overtakes is shown twice, late, or above an older one.

## The script

Five seconds of calm; ten in which links fall, each every two seconds or so; half-open links, on which nothing gets through for four seconds and nobody is told; the server
killed with \`kill -9\`, twice, and started again after one and a half seconds; answers swallowed for a second and a half, so that what is stored is not told; one person
disconnected by choice for six seconds and typing on, one without a network for five; pages loaded anew while their links are down. The script is
\`bench/scoreboard/script.mjs\`; nothing in it knows which side it runs against.

Whether a server survives a power cut is not tried here: \`kill -9\` leaves the operating system's cache alone.
`;
}
