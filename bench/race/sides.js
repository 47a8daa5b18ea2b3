// Both clients behind one interface, in one page: connect, receive, echo, close. `race` lets one of them run once.
import parser from "/parser.js";
import init, { Ours } from "/race.js";
import { io } from "/socket.io.esm.min.js";

const PATIENCE = 60_000;

/** The JavaScript client, used as its documentation shows. */
class Theirs {
  constructor(socket) {
    this.socket = socket;
  }

  static connect(url, msgpack) {
    const socket = io(url, { transports: ["websocket"], forceNew: true, ...(msgpack ? { path: "/msgpack/", parser } : {}) });
    return new Promise((resolve) => socket.once("connect", () => resolve(new Theirs(socket))));
  }

  receive(count) {
    return new Promise((resolve) => {
      let sum = 0;
      let left = count;
      const listener = (message) => {
        sum += message.id + message.text.length;
        if (--left > 0) return;
        this.socket.off("message", listener);
        resolve(sum);
      };
      this.socket.on("message", listener);
      this.socket.emit("push", count);
    });
  }

  listen(count) {
    return this.receive(count);
  }

  async echo(count) {
    let sum = 0;
    for (let id = 0; id < count; id++) {
      const answer = await this.socket.timeout(PATIENCE).emitWithAck("echo", { id, text: "hello, everybody" });
      sum += answer.id + answer.text.length;
    }
    return sum;
  }

  close() {
    this.socket.disconnect();
  }
}

const { memory } = await init({ module_or_path: "/race.wasm" });
const sides = { ours: Ours, theirs: Theirs };
const TEXT = "hello, everybody".length;
const expected = (count) => (count * (count - 1)) / 2 + count * TEXT;

/** Runs `lanes` loops of `count` each of "listen", "receive" or "echo"; returns how long that took, in milliseconds. */
globalThis.race = async (name, what, count, lanes, msgpack) => {
  const side = await sides[name].connect(location.origin, msgpack);
  const start = performance.now();
  const sums = await Promise.all(Array.from({ length: lanes }, () => side[what](count)));
  const took = performance.now() - start;
  side.close();
  side.free?.();
  if (sums.some((sum) => sum !== expected(count))) throw new Error(`${name} ${what}: wrong sum ${sums}`);
  return took;
};
/** How large our client's memory is, in bytes. */
globalThis.memory = () => memory.buffer.byteLength;
