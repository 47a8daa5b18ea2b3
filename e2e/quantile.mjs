// Quantiles of measurements.

/** NaN if there are none. @param {number[]} numbers @param {number} share From 0 to 1. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** @param {number[]} numbers */
export const median = (numbers) => quantile(numbers, 0.5);
