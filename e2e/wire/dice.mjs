// Seeded random numbers, so that a failure can be replayed.

/** The seeds to run; `STEADFAST_SEEDS=7,8` chooses others. */
export const SEEDS = (process.env.STEADFAST_SEEDS ?? '1,2,3,4').split(',').map(Number);

export class Dice {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below 1 (Mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer below `bound`. @param {number} bound */
  below(bound) {
    return Math.floor(this.next() * bound);
  }

  /** @param {number} share */
  falls(share) {
    return this.next() < share;
  }

  /** One of these choices. @template T @param {readonly T[]} choices @returns {T} */
  one(choices) {
    return /** @type {T} */ (choices[this.below(choices.length)]);
  }

  /** Some of these choices, at least one. @template T @param {readonly T[]} choices @returns {T[]} */
  some(choices) {
    return Array.from({ length: 1 + this.below(3) }, () => this.one(choices));
  }
}
