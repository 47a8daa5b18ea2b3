// What a page holds.

/**
 * Bytes and counts after a garbage collection.
 * @param {import('@playwright/test').Page} page
 */
export async function memory(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  // Finalizers of the first run free more for the second.
  for (let run = 0; run < 2; run += 1) await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (/** @type {string} */ wanted) => metrics.find(({ name }) => name === wanted)?.value ?? 0;
  const wasm = await wasmBytes(session);
  await session.detach();
  return { heap: metric('JSHeapUsedSize'), wasm, nodes: metric('Nodes'), listeners: metric('JSEventListeners') };
}

/** The bytes of every linear memory, which is never given back. @param {import('@playwright/test').CDPSession} session */
async function wasmBytes(session) {
  const objectGroup = 'memory';
  const { result } = await session.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype', objectGroup });
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: result.objectId ?? '', objectGroup });
  const sum = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: 'function () { return this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0); }',
    returnByValue: true,
  });
  await session.send('Runtime.releaseObjectGroup', { objectGroup });
  return Number(sum.result.value);
}
