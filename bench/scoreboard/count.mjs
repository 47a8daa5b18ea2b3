// The result as seen from outside: the stored log, and the messages each device shows at the end.

/**
 * @typedef {{ shown: string[], waiting: Set<string>, acknowledged: Set<string> }} Seen
 * @typedef {{ typed: string[][], log: string[], devices: Seen[] }} Ending
 */

/** @param {Ending} ending */
export function count({ typed, log, devices }) {
  const place = new Map(log.map((message, index) => [message, index]));
  const waiting = new Set(devices.flatMap((device) => [...device.waiting]));
  const told = new Set(devices.flatMap((device) => [...device.acknowledged]));
  const sent = typed.flat();
  const twice = (/** @type {string[]} */ list) => list.length - new Set(list).size;
  return {
    sent: sent.length,
    told: told.size,
    lostThoughTold: [...told].filter((message) => !place.has(message)).length,
    lostUnseen: sent.filter((message) => !place.has(message) && !waiting.has(message) && !told.has(message)).length,
    storedTwice: twice(log),
    shownTwice: sum(devices, ({ shown }) => twice(shown)),
    missing: sum(devices, ({ shown }) => log.length - new Set(shown.filter((message) => place.has(message))).size),
    misordered: sum(devices, ({ shown }) => descents(shown.map((message) => place.get(message) ?? -1))),
    ownOrder: sum(typed, (messages) => descents(messages.filter((message) => place.has(message)).map((message) => place.get(message) ?? -1))),
  };
}

/** Whether every device shows the log, and nothing else, in the log's order. @param {Ending} ending */
export function converged({ log, devices }) {
  return devices.every(
    ({ shown, waiting }) => waiting.size === 0 && shown.length === log.length && shown.every((message, index) => message === log[index]),
  );
}

/** How often a number is followed by a smaller one. @param {number[]} numbers */
function descents(numbers) {
  return numbers.filter((number, index) => index > 0 && number < numbers[index - 1]).length;
}

/**
 * @template T
 * @param {T[]} list
 * @param {(one: T) => number} of
 */
function sum(list, of) {
  return list.reduce((total, one) => total + of(one), 0);
}
