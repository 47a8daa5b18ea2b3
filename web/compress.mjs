// Trunk runs this at the end of a build. Beside each file of a release it puts what servers send in its place, so that nobody
// compresses it again at every start.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Smaller files fit into one packet anyway. */
const WORTH_IT = 1_000;

if (process.env.TRUNK_PROFILE === 'release') {
  const folder = process.env.TRUNK_STAGING_DIR ?? '';
  for (const name of readdirSync(folder).filter((name) => /\.(wasm|js|css|html|svg)$/.test(name))) {
    const file = join(folder, name);
    const bytes = readFileSync(file);
    if (bytes.length < WORTH_IT) continue;
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
  }
}
