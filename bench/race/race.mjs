// Races socketio-anywhere against the JavaScript client: one page, one server, one run, taking turns. README.md says how to read it.
// usage: node race.mjs <node_modules> <glue.js> <page.wasm> <rounds> [profile]; CHROMIUM names the browser.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { hotspots } from "./profile.mjs";

const [modules, glue, wasm, rounds, profile] = process.argv.slice(2);
const { chromium } = createRequire(modules + "/")("@playwright/test");

const CASES = [
  { title: "events, to a function", what: "listen", count: 20_000, lanes: 1 },
  { title: "a burst of 100,000", what: "listen", count: 100_000, lanes: 1 },
  { title: "events, to a stream", what: "receive", count: 20_000, lanes: 1 },
  { title: "acked, one after the other", what: "echo", count: 1_500, lanes: 1 },
  { title: "acked, 32 in flight", what: "echo", count: 250, lanes: 32 },
  { title: "MessagePack, to a function", what: "listen", count: 20_000, lanes: 1, msgpack: true },
  { title: "MessagePack, acked", what: "echo", count: 1_500, lanes: 1, msgpack: true },
];
const SIDES = ["ours", "theirs"];

const server = spawn(
  process.execPath,
  [fileURLToPath(new URL("server.mjs", import.meta.url)), modules, glue, wasm],
  { stdio: ["pipe", "pipe", "inherit"] },
);
const [ready] = await new Promise((resolve) => createInterface(server.stdout).once("line", (line) => resolve([line])));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
  ],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  await page.goto(`http://127.0.0.1:${ready.replace("port ", "")}/`);
  await page.waitForFunction("globalThis.race !== undefined");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.enable");
  await devtools.send("Profiler.enable");
  const heap = async () => (await devtools.send("Runtime.getHeapUsage")).usedSize;
  const cpu = await clockOf(page);
  /** One side does one case once: units per second, and microseconds of the page's main thread per unit. */
  const run = async (side, { what, count, lanes, msgpack = false }) => {
    await devtools.send("HeapProfiler.collectGarbage");
    const before = await heap();
    const start = cpu();
    const took = await page.evaluate(([...args]) => race(...args), [side, what, count, lanes, msgpack]);
    const spent = cpu() - start;
    const units = count * lanes;
    return {
      rate: units / (took / 1000),
      cpu: spent / units,
      garbage: Math.max(0, (await heap()) - before) / units,
    };
  };

  const samples = new Map();
  for (let round = 0; round <= Number(rounds); round++) {
    // The first to run has colder caches, so the sides take turns at that too.
    const order = round % 2 === 0 ? SIDES : SIDES.toReversed();
    for (const test of CASES) {
      for (const side of order) {
        const sample = await run(side, test);
        if (round > 0) samples.set(test, [...(samples.get(test) ?? []), { side, ...sample }]);
      }
    }
    process.stderr.write(round === 0 ? "warmed up; round" : ` ${round}`);
  }
  process.stderr.write("\n");

  report(samples);
  await devtools.send("HeapProfiler.collectGarbage");
  console.log(`\nafterwards: the page's JS heap ${megabytes(await heap())}, our client's memory ${megabytes(await page.evaluate("memory()"))}`);
  if (profile) {
    for (const test of CASES) {
      for (const side of SIDES) console.log(await hotspots(devtools, `${test.title}, ${side}`, () => run(side, test)));
    }
  }
} finally {
  await browser.close();
  server.kill();
}

/**
 * The processor time of the page's main thread so far, in microseconds, as the kernel counts it. DevTools has a number for it, too,
 * and asks the thread's clock around every callback for that: a system call each, which makes short callbacks dear.
 */
async function clockOf(page) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const clocks = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => () => Number(readFileSync(`/proc/${id}/task/${id}/schedstat`, "utf8").split(" ")[0]) / 1000);
  // There is a spare renderer; the page's is the one that gets busy.
  const before = clocks.map((clock) => clock());
  // On a busy machine that takes a while to show: a spare one may still be starting.
  await page.evaluate(() => {
    for (const end = performance.now() + 2_000; performance.now() < end; );
  });
  const spent = clocks.map((clock, at) => clock() - before[at]);
  return clocks[spent.indexOf(Math.max(...spent))];
}

function report(samples) {
  console.log(`\nmedians of ${rounds} rounds; ratio: ours / theirs, of each round`);
  console.log(row("", "", "ours", "theirs", "ratio", "(lowest … highest)"));
  for (const [test, all] of samples) {
    const lines = [
      ["per second", "rate", 0],
      ["µs of main thread each", "cpu", 1],
      ["bytes of JS heap each", "garbage", 0],
    ];
    for (const [label, key, digits] of lines) {
      const [ours, theirs] = SIDES.map((side) => all.filter((sample) => sample.side === side).map((sample) => sample[key]));
      const ratios = ours.map((value, round) => value / theirs[round]);
      const spread = `(${Math.min(...ratios).toFixed(2)} … ${Math.max(...ratios).toFixed(2)})`;
      const title = key === "rate" ? test.title : "";
      console.log(
        row(title, label, median(ours).toFixed(digits), median(theirs).toFixed(digits), median(ratios).toFixed(2), spread),
      );
    }
  }
}

function row(title, label, ours, theirs, ratio, spread) {
  return `${title.padEnd(28)}${label.padEnd(24)}${ours.padStart(9)}${theirs.padStart(9)}${ratio.padStart(7)}  ${spread}`;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
