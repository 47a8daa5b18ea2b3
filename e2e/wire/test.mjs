// Tests with a time limit, so that a hang is a named failure and not a process that waits for ever.

import { after, test as bare } from 'node:test';
import { hangUp } from './device.mjs';

/** The time limit of one test: several times the duration of the longest on a busy machine. */
const TEST_MS = 120_000;

// A failed test may have left a client behind that keeps reconnecting.
after(hangUp);

// The runner ends a file that takes too long with SIGTERM. A process that exits takes its servers along; one that dies of a
// signal does not.
process.once('SIGTERM', () => process.exit(143));

/**
 * `test` of node:test with a time limit.
 * @param {string} name
 * @param {import('node:test').TestOptions | (() => Promise<void>)} options
 * @param {() => Promise<void>} [body]
 */
export function test(name, options, body) {
  const [given, run] = typeof options === 'function' ? [{}, options] : [options, body];
  return bare(name, { timeout: TEST_MS, ...given }, run);
}
