// Prints what was measured: medians of the rounds.

import { median, quantile } from '../quantile.mjs';

/** @typedef {import('./frames.mjs').Sample} Sample */

/** @param {unknown[]} cells */
export function row(...cells) {
  console.log(cells.map((cell, at) => (at === 0 ? String(cell).padEnd(34) : String(cell).padStart(12))).join(' '));
}

/** @type {[string, number][]} */
const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['max', 1],
];

/** @type {[string, (sample: Sample) => number[]][]} */
const TIMES = [
  ['frame to frame', ({ frames }) => frames],
  ['main thread in a frame', ({ work }) => work],
  ['key to the next frame', ({ keys }) => keys],
];

/**
 * A table of both sides, and the ratio of the first to the second.
 * @param {string} title
 * @param {Record<string, Sample[]>} samples
 */
export function report(title, samples) {
  const names = Object.keys(samples);
  console.log(`\n${title}`);
  row('', ...names, 'ratio');
  const line = (/** @type {string} */ label, /** @type {string} */ unit, /** @type {(sample: Sample) => number} */ pick) => {
    const values = names.map((name) => median(samples[name].map(pick)));
    row(label, ...values.map((value) => `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`), `${(values[0] / values[1]).toFixed(2)}×`);
  };
  for (const [what, times] of TIMES) {
    for (const [label, share] of QUANTILES) line(`${what}, ${label}`, 'ms', (sample) => quantile(times(sample), share));
  }
  line('main thread per message', 'ms', ({ spent, messages }) => sum(spent) / messages);
  line('layouts per frame', '', ({ layouts, work }) => layouts / work.length);
  line('main thread busy', '%', ({ spent, seconds }) => (sum(spent) / seconds) * 0.1);
  for (const kind of Object.keys(samples[names[0]][0].spent)) line(`of that ${kind}`, '%', ({ spent }) => (spent[kind] / sum(spent)) * 100);
}

/** @param {Record<string, number>} numbers */
const sum = (numbers) => Object.values(numbers).reduce((all, one) => all + one, 0);
