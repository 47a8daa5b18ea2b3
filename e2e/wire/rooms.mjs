// Helpers that create and use rooms.

import { uuid7 } from './device.mjs';

/** @typedef {import('./device.mjs').Device} Device */

/**
 * Creates a room; returns it as its creator sees it.
 * @param {Device} by
 * @param {string} name
 * @param {{ kind?: string, topic?: string, people?: { id: string }[] }} [more]
 */
export async function makeRoom(by, name, { kind = 'public', topic, people = [] } = {}) {
  const room = await by.ask('room:create', { id: uuid7(), kind, name, ...(topic === undefined ? {} : { topic }) });
  if (people.length > 0) await by.ask('room:invite', { room: room.id, people: people.map(({ id }) => id) });
  return room;
}

/**
 * Posts a text into a room; returns where it is stored.
 * @param {Device} by
 * @param {string} room
 * @param {string} text
 * @param {object} [more]
 */
export async function sayIn(by, room, text, more = {}) {
  const item = by.change({ kind: 'message', text, ...more }, { room });
  const [{ seq }] = /** @type {[import('./device.mjs').Stored]} */ (await by.post(item));
  return { id: item.id, seq };
}

/**
 * Waits until everything sent before has reached the listeners; everything sent later arrives later, in any room.
 * @param {Device} by
 * @param {Device[]} listeners
 */
export async function fence(by, ...listeners) {
  const { id } = await sayIn(by, by.room, 'so far');
  for (const listener of listeners) await listener.hears(id);
}

/**
 * The `room` events that a device received about a room, in order.
 * @param {Device} device
 * @param {string} room
 */
export function newsOf(device, room) {
  return device.told('room').filter((news) => (news.state === 'in' ? news.room.id : news.room) === room);
}

/**
 * The entries of a room that a device received, in order of arrival.
 * @param {Device} device
 * @param {string} room
 * @returns {import('./device.mjs').Entry[]}
 */
export function heardIn(device, room) {
  return device.events.flatMap(([name, said]) => {
    const lots = name === 'entries' ? [said] : name === 'session' ? (said.missed ?? []) : [];
    return lots.flatMap((/** @type {any} */ lot) => (lot.room === room ? lot.entries : []));
  });
}
