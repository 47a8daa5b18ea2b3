// The two chats that are compared: how a browser comes in, and how other people write.

import { io } from 'socket.io-client';
import { tutorial } from '../first-load/tutorial.mjs';
import { Server } from '../server.mjs';
import { arrive, GENEROUS, hangUp } from '../wire/device.mjs';

/** Other people, who write by Socket.IO's own client. */
const AUTHORS = ['Ben', 'Cho', 'Dan', 'Eve'];

/**
 * @typedef {object} Side
 * @property {string} name
 * @property {string} url
 * @property {string} input The selector of the text field.
 * @property {string} scroller The selector of what is scrolled with the wheel.
 * @property {string} texts The selector of the messages' texts.
 * @property {((text: string) => Promise<unknown>)[]} authors Each writes a message; resolves when it is acknowledged.
 * @property {(page: import('@playwright/test').Page) => Promise<void>} enter Opens the room.
 * @property {() => Promise<void>} close
 */

/**
 * Steadfast with this many messages.
 * @param {number} messages
 * @returns {Promise<Side>}
 */
async function steadfast(messages) {
  const server = await Server.start({ args: GENEROUS, fill: ['--messages', String(messages)] });
  const authors = [];
  for (const name of AUTHORS) {
    const device = await arrive(server, name);
    // What it receives is not kept.
    device.socket.offAny();
    authors.push((/** @type {string} */ text) => device.post(device.item(text)));
  }
  return {
    name: 'steadfast',
    url: server.url,
    input: '[data-testid=composer]',
    scroller: '[data-testid=timeline]',
    texts: '[data-testid=row-text]',
    authors,
    enter: async (page) => {
      await page.goto(server.url);
      await page.getByTestId('nickname').fill('Ann');
      await page.getByTestId('join').click();
      await page.locator('[data-testid=connection][data-state=connected]').waitFor();
      await page.getByTestId('row').last().waitFor();
    },
    close: async () => {
      hangUp();
      await server.dispose();
    },
  };
}

/**
 * The tutorial's chat with this many messages.
 * @param {number} messages
 * @returns {Promise<Side>}
 */
async function tutorialSide(messages) {
  const server = await tutorial();
  const sockets = AUTHORS.map(() => io(server.url, { transports: ['websocket'], forceNew: true }));
  return {
    name: 'tutorial',
    url: server.url,
    input: '#input',
    scroller: 'body',
    texts: '#messages > li',
    authors: sockets.map((socket) => (text) => socket.emitWithAck('chat message', text, 'id')),
    enter: async (page) => {
      await page.goto(server.url);
      await page.locator('[data-ready] #input').waitFor();
      // Its server would send them one by one, each of which lays the page out: minutes, which are not measured here.
      await page.evaluate((messages) => {
        const text = 'the quick brown fox jumps over the lazy dog';
        const items = Array.from({ length: messages }, (_, index) => `<li>#${index + 1}: ${text}</li>`);
        /** @type {Element} */ (document.querySelector('#messages')).innerHTML = items.join('');
        window.scrollTo(0, document.body.scrollHeight);
      }, messages);
    },
    close: async () => {
      for (const socket of sockets) socket.disconnect();
      await server.close();
    },
  };
}

/** @type {Record<string, (messages: number) => Promise<Side>>} */
export const SIDES = { steadfast, tutorial: tutorialSide };
