// Commands whose reader closes the pipe, as `head` does.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from './test.mjs';

const XTASK = process.env.STEADFAST_XTASK;

test('a reader that closes the pipe ends a command of cargo xtask quietly', { skip: XTASK ? false : 'set STEADFAST_XTASK' }, async () => {
  const command = spawn(String(XTASK), ['house', '--report'], { stdio: ['ignore', 'pipe', 'pipe'] });
  // Long before it has read the sources.
  command.stdout.destroy();
  let errors = '';
  command.stderr.on('data', (chunk) => (errors += chunk));
  const [code] = await once(command, 'close');
  assert.deepEqual([code, errors], [141, '']);
});
