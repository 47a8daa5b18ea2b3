// The two chats: how each is started, how its log is read, what a device of it is.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';
import { SteadfastDevice } from './devices/steadfast.mjs';
import { TutorialDevice } from './devices/tutorial.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {object} Side
 * @property {string} name
 * @property {(database: string) => (port: number) => [string, string[]]} command
 * @property {(url: string, direct: string, who: number) => Promise<any>} device
 * @property {string} log SQL for the messages in the log's order
 */

/** @type {Side} */
export const tutorial = {
  name: "the tutorial's chat",
  command: (database) => (port) => [process.execPath, [join(HERE, 'tutorial/server.mjs'), String(port), database]],
  device: async (url) => new TutorialDevice(url),
  log: 'select content as text from messages order by id',
};

/**
 * @param {string} binary
 * @returns {Side}
 */
export const steadfast = (binary) => ({
  name: 'Steadfast',
  command: (database) => (port) => [binary, ['--listen', `127.0.0.1:${port}`, '--database', database]],
  device: async (url, direct, who) => {
    const response = await fetch(`${direct}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nickname: `device ${who}`, with_token: true }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    return new SteadfastDevice(url, answer.token);
  },
  log: `select json_extract(body, '$.text') as text from entries where json_extract(body, '$.kind') = 'message' order by seq`,
});

/**
 * The messages as they are stored.
 * @param {Side} side
 * @param {string} filename
 * @returns {Promise<string[]>}
 */
export async function stored(side, filename) {
  const db = await open({ filename, driver: sqlite3.Database, mode: sqlite3.OPEN_READONLY });
  try {
    return (await db.all(side.log)).map((row) => row.text);
  } finally {
    await db.close();
  }
}
