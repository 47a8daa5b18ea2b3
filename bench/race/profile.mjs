// Where a page spends its time, by Chromium's sampling profiler.

/** Runs `work` under the profiler; returns a table of the functions in which the page was found most often. */
export async function hotspots(devtools, title, work, top = 25) {
  await devtools.send("Profiler.setSamplingInterval", { interval: 200 });
  await devtools.send("Profiler.start");
  await work();
  const { profile } = await devtools.send("Profiler.stop");
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, readable(callFrame)]));
  const times = new Map();
  let all = 0;
  profile.samples.forEach((id, at) => {
    const name = names.get(id);
    const time = profile.timeDeltas[at];
    if (name === "(idle)") return;
    times.set(name, (times.get(name) ?? 0) + time);
    all += time;
  });
  const rows = [...times].toSorted(([, a], [, b]) => b - a).slice(0, top);
  const lines = rows.map(([name, time]) => `${((100 * time) / all).toFixed(1).padStart(6)} %  ${(time / 1000).toFixed(1).padStart(8)} ms  ${name}`);
  return [`\n${title}: ${(all / 1000).toFixed(0)} ms of work`, ...lines].join("\n");
}

function readable({ functionName, url, lineNumber }) {
  const name = (functionName || "(anonymous)").replace(/::h[0-9a-f]{16}$/, "").replaceAll(/\[[0-9a-f]{16}\]/g, "");
  const file = url.split("/").pop();
  return file && !file.endsWith(".wasm") && !url.startsWith("wasm:") ? `${name} — ${file}:${lineNumber + 1}` : name;
}
