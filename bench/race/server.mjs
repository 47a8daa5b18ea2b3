// The server of the race: npm's socket.io, and the files of the page, on one port of the loopback.
// usage: node server.mjs <node_modules> <glue.js> <page.wasm>; prints `port <n>` when it listens.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [modules, glue, wasm] = process.argv.slice(2);
const require = createRequire(modules + "/");
const { Server } = require("socket.io");
// Written for Node's `require`: a page gets it as one module.
const parser = require("esbuild").buildSync({
  stdin: { contents: 'export { default } from "socket.io-msgpack-parser";', resolveDir: modules },
  bundle: true,
  minify: true,
  format: "esm",
  write: false,
}).outputFiles[0].contents;

const page = '<!doctype html><meta charset="utf-8"><title>race</title><script type="module" src="/sides.js"></script>';
const files = {
  "/": ["text/html", page],
  "/sides.js": ["text/javascript", readFileSync(new URL("sides.js", import.meta.url))],
  "/race.js": ["text/javascript", readFileSync(glue)],
  "/race.wasm": ["application/wasm", readFileSync(wasm)],
  "/socket.io.esm.min.js": ["text/javascript", readFileSync(`${modules}/socket.io-client/dist/socket.io.esm.min.js`)],
  "/parser.js": ["text/javascript", parser],
};

const http = createServer((request, response) => {
  const [type, body] = files[request.url] ?? ["text/plain", undefined];
  // Isolated from other origins, a page gets a finer clock.
  response.writeHead(body === undefined ? 404 : 200, {
    "content-type": type,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  response.end(body);
});

for (const options of [{}, { path: "/msgpack/", parser: require("socket.io-msgpack-parser") }]) {
  const io = new Server(http, { serveClient: false, ...options });
  io.on("connection", (socket) => {
    socket.on("push", (count) => {
      for (let id = 0; id < count; id++) socket.emit("message", { id, text: "hello, everybody" });
    });
    socket.on("echo", (message, answer) => answer(message));
  });
}

http.listen(0, "127.0.0.1", () => console.log(`port ${http.address().port}`));
// A race that dies takes its server along.
process.stdin.on("end", () => process.exit(0)).resume();
