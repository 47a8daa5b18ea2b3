// What a page observes of itself: when its frames begin, and how long a key takes to the next frame.

/**
 * Installs the probe before the page's own scripts.
 * @param {import('@playwright/test').Page} page
 */
export async function install(page) {
  await page.addInitScript(() => {
    const probe = (globalThis.probe = { on: false, frames: [], keys: [] });
    let before;
    const frame = (now) => {
      if (probe.on && before !== undefined) probe.frames.push(now - before);
      before = probe.on ? now : undefined;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        if (!probe.on) return;
        // A message that is posted in a frame arrives after the frame was laid out and painted.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            probe.keys.push(performance.now() - timeStamp);
            port1.close();
          };
          port2.postMessage(undefined);
        });
      },
      { capture: true },
    );
  });
}

/**
 * Observes the page while `work` runs: milliseconds of each frame, and from each key to the end of the next frame.
 * @param {import('@playwright/test').Page} page
 * @param {() => Promise<void>} work
 * @returns {Promise<{ frames: number[], keys: number[] }>}
 */
export async function observe(page, work) {
  await page.evaluate(() => Object.assign(globalThis.probe, { on: true, frames: [], keys: [] }));
  await work();
  return page.evaluate(() => {
    const { frames, keys } = globalThis.probe;
    globalThis.probe.on = false;
    return { frames, keys };
  });
}
