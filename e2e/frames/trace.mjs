// The processor time of a page's main thread by what it is spent on, from a trace by Chromium.

/** @typedef {{ name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number }} TraceEvent */

export const CATEGORIES = ['-*', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'disabled-by-default-devtools.timeline.frame'];

/** What an event is spent on; one that is not here counts as the event around it. */
const KINDS = /** @type {const} */ ({
  scripts: /^(FunctionCall|EvaluateScript|FireAnimationFrame|FireIdleCallback|TimerFire|EventDispatch|RunMicrotasks|v8\.|V8\.(?!GC))/,
  garbage: /^(MinorGC|MajorGC|V8\.GC|BlinkGC)/,
  style: /^(UpdateLayoutTree|RecalculateStyles)$/,
  layout: /^(Layout|HitTest)$/,
  paint: /^(PrePaint|Paint|PaintImage|Layerize|UpdateLayer|UpdateLayerTree|Commit|CompositeLayers)$/,
});

/** @typedef {keyof typeof KINDS | 'other'} Kind */

/** @param {string} name */
function kindOf(name) {
  const found = Object.entries(KINDS).find(([, names]) => names.test(name));
  return /** @type {Kind | undefined} */ (found?.[0]);
}

/**
 * The events of the main thread of the page with the most frames.
 * @param {TraceEvent[]} events
 */
function mainThread(events) {
  /** @type {Record<string, number>} */
  const frames = {};
  for (const { name, pid, tid } of events) {
    if (name === 'FireAnimationFrame') frames[`${pid} ${tid}`] = (frames[`${pid} ${tid}`] ?? 0) + 1;
  }
  const [thread] = Object.entries(frames).sort(([, a], [, b]) => b - a)[0] ?? [];
  return events.filter(({ pid, tid }) => `${pid} ${tid}` === thread);
}

/**
 * The main thread's milliseconds of processor time in each frame, and of all by kind; the number of layouts. Processor time, so
 * that other programs do not count.
 * @param {Buffer} trace
 */
export function analyse(trace) {
  const events = mainThread(JSON.parse(trace.toString()).traceEvents);
  const spans = events.filter(({ ph, dur }) => ph === 'X' && dur !== undefined);
  // An event comes before those within it.
  spans.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const begins = events.filter(({ name }) => name === 'BeginMainThreadFrame').map(({ ts }) => ts);
  begins.sort((a, b) => a - b);

  /** @type {Record<Kind, number>} */
  const spent = { scripts: 0, garbage: 0, style: 0, layout: 0, paint: 0, other: 0 };
  const perFrame = begins.map(() => 0);
  /** @type {{ end: number, kind: Kind }[]} */
  const open = [];
  let frame = -1;
  let layouts = 0;
  for (const { name, ts, dur = 0, tdur = 0 } of spans) {
    while (open.length > 0 && open[open.length - 1].end <= ts) open.pop();
    const around = open.at(-1);
    const kind = kindOf(name) ?? around?.kind ?? 'other';
    const took = tdur / 1_000;
    spent[kind] += took;
    if (around) spent[around.kind] -= took;
    else {
      while (frame + 1 < begins.length && begins[frame + 1] <= ts + dur) frame += 1;
      if (frame >= 0) perFrame[frame] += took;
    }
    if (name === 'Layout') layouts += 1;
    open.push({ end: ts + dur, kind });
  }
  return { spent, perFrame, layouts };
}
