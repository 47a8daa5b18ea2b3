// Trunk runs this at the end of a build. For a release it inlines the style sheets into index.html, so that a first visit shows the form
// after one response, and writes compressed copies beside each file, so that servers need not compress them at every start.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Smaller files, in bytes, fit into one packet anyway. */
const WORTH_IT = 1_000;

/**
 * Inlines the style sheets into the page, in their order, and minifies the page.
 * @param {string} folder
 */
function inline(folder) {
  const { transformSync } = createRequire(new URL('../e2e/package.json', import.meta.url))('esbuild');
  const small = (text, loader) => transformSync(text, { loader, minify: true, charset: 'utf8' }).code.trim();
  const page = join(folder, 'index.html');
  const sheets = [];
  let html = readFileSync(page, 'utf8');
  html = html.replaceAll(/<link rel="stylesheet" href="\/([^"]+)"[^>]*>\s*/g, (_, name) => {
    const file = join(folder, name);
    sheets.push(readFileSync(file, 'utf8'));
    rmSync(file);
    return '';
  });
  html = html.replaceAll(/<style>(.*?)<\/style>\s*/gs, (_, style) => {
    sheets.push(style);
    return '';
  });
  html = html.replaceAll(/<script>(.*?)<\/script>/gs, (_, script) => `<script>${small(script, 'js')}</script>`);
  html = html.replaceAll(/<!--.*?-->\s*/gs, '');
  html = html.replaceAll(/\n\s+/g, '\n');
  html = html.replace('</title>', () => `</title><style>${small(sheets.join('\n'), 'css')}</style>`);
  writeFileSync(page, html);
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    writeFileSync(join(folder, name), small(readFileSync(join(folder, name), 'utf8'), 'js'));
  }
}

/** @param {string} folder */
function compress(folder) {
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

if (process.env.TRUNK_PROFILE === 'release') {
  const folder = process.env.TRUNK_STAGING_DIR ?? '';
  inline(folder);
  compress(folder);
}
