// A socket.io server that does on request everything a client must live with.
// On other paths of the same port are servers of a fixed kind; a WebSocket to a path without one is never answered.
// usage: node server.mjs <node_modules> [port] [options as JSON]; prints `port <n>` when it listens.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { resolve } from "node:path";

const [modules, port = "0", options = "{}"] = process.argv.slice(2);
const require = createRequire(resolve(modules) + "/");
const { Server } = require("socket.io");
const { WebSocketServer } = require("ws");

class Stubborn extends WebSocketServer {
  constructor(options) {
    super({ ...options, handleProtocols: () => false });
  }
}

const { tls, ...main } = JSON.parse(options);
const http = tls ? createSecureServer(tls) : createServer();
// Each path adds some.
http.setMaxListeners(0);

// One server per path: the one that the options are about, and those of a fixed kind that tests in a page need, which start none.
const serve = (path, { csr, msgpack, ...rest } = {}, at = http) => {
  const io = new Server(at, {
    path,
    cors: { origin: "*" },
    serveClient: false,
    destroyUpgrade: false,
    ...rest,
    ...(csr ? { connectionStateRecovery: { maxDisconnectionDuration: 60_000, skipMiddlewares: true } } : {}),
    ...(msgpack ? { parser: require("socket.io-msgpack-parser") } : {}),
  });
  people(io);
  if (rest.transports && !rest.transports.includes("websocket")) {
    http.on("upgrade", ({ url }, socket) => url.startsWith(path) && socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  }
};

const behave = (io) => (socket) => {
  socket.on("echo", (...args) => args.pop()(...args));
  socket.on("say", (...args) => socket.emit("said", ...args));
  socket.on("auth", (answer) => answer(socket.handshake.auth));
  socket.on("elsewhere", (answer) => answer(elsewhere.address().port));
  socket.on("header", (name, answer) => answer(socket.handshake.headers[name]));
  socket.on("id", (answer) => answer(socket.id));
  socket.on("query", (answer) => answer(socket.handshake.query));
  socket.on("clients", (answer) => answer(io.engine.clientsCount));
  // Says something to everyone, later: a client may be gone by then.
  socket.on("news", (after, ...args) => setTimeout(() => io.emit("news", ...args), after));
  socket.on("whisper", (...args) => socket.volatile.emit("whisper", ...args));
  socket.on("ignore", () => {});
  socket.on("count", (n) => { for (let i = 0; i < n; i++) socket.emit("number", i); });
  socket.on("ask", (...args) => socket.emit("question", ...args, (...answer) => socket.emit("answered", ...answer)));
  socket.on("kick", () => socket.disconnect());
  socket.on("kick all", () => socket.disconnect(true));
  socket.on("close", () => socket.conn.close());
  socket.on("terminate", () => socket.conn.transport.socket.terminate());
  socket.on("mute", () => {
    // The server stays connected and never pings again.
    clearTimeout(socket.conn.pingIntervalTimer);
    clearTimeout(socket.conn.pingTimeoutTimer);
  });
  socket.on("raw", (text) => socket.conn.sendPacket("message", text));
  // For the examples: the chat of Socket.IO's tutorial.
  socket.on("chat message", (text) => io.emit("chat message", text));
  socket.on("note", (value) => { noted.push(value); });
  socket.on("note bytes", (value) => { noted.push(value); });
  socket.on("noted", (answer) => answer(noted.splice(0)));
  // How many have come since it was asked last, and how those ended who have gone.
  socket.on("guests", (answer) => { answer(came, gone.splice(0)); came = 0; });
  came++;
  socket.on("disconnect", (reason) => { gone.push(reason); });
  // Reads nothing of the WebSocket for a while.
  socket.on("stop reading", (ms) => {
    const { _socket } = socket.conn.transport.socket;
    _socket.pause();
    setTimeout(() => _socket.resume(), ms);
  });
  socket.on("odd", (what) => odd[what](socket));
  socket.on("transport", (answer) => answer(socket.conn.transport.name));
  socket.on("recovered", (answer) => answer(socket.recovered));
  // The next `n` events are neither kept nor answered, whoever sends them.
  socket.on("swallow all", (n, answer) => { left = n; answer(); });
  socket.on("perhaps", (value, answer) => {
    if (left > 0) return left--;
    seen.push(value);
    answer(value);
  });
  // The next `n` connections to `/gate/` are turned away.
  socket.on("shut", (n, answer) => { turnedAway = n; answer(); });
  socket.on("seen", (answer) => { answer(seen.splice(0)); });
};
const seen = [];
const noted = [];
const gone = [];
let came = 0;
let left = 0;

// What servers say that not everybody can read.
const odd = {
  "half an emoji": (socket) => socket.emit("half", "ab😀".slice(0, 3)),
  "a number for a name": (socket) => socket.emit(7, "seven"),
  deep: (socket) => socket.emit("deep", JSON.parse("[".repeat(200) + "]".repeat(200))),
  infinity: (socket) => socket.conn.sendPacket("message", '2["infinity",1e400]'),
  "a second CONNECT": (socket) => socket.conn.sendPacket("message", '0{"sid":"again"}'),
};

let turnedAway = 0;

const people = (io) => {
  io.use((socket, next) => {
    const { token } = socket.handshake.auth;
    if (token !== "refuse") return next();
    const error = new Error("not you");
    error.data = { code: 42 };
    next(error);
  });
  io.use((socket, next) => {
    if (socket.handshake.auth.early) socket.emit("early", 1);
    next();
  });
  io.on("connection", behave(io));
  io.of("/admin").on("connection", behave(io));
  io.of("/private").use((_, next) => next(new Error("members only")));
};

serve("/socket.io/", main);
serve("/csr/", { csr: true });
serve("/msgpack/", { msgpack: true });
serve("/msgpack-csr/", { msgpack: true, csr: true });
serve("/heartbeat/", { pingInterval: 300, pingTimeout: 1500 });
serve("/polling/", { transports: ["polling"] });
serve("/cookie/", { cookie: { name: "server", path: "/" }, cors: { origin: true, credentials: true } });
serve("/small/", { maxHttpBufferSize: 2000 });
serve("/large/", { maxHttpBufferSize: 100_000_000 });
// Accepts none of the subprotocols that it is offered.
serve("/no-subprotocol/", { wsEngine: Stubborn });
// Whose clients one file of tests counts.
serve("/lobby/");
serve("/counted/");
serve("/gate/", { allowRequest: (_, answer) => answer(null, turnedAway-- <= 0) });

// Another server, on a port that this one knows.
const elsewhere = createServer();
serve("/socket.io/", {}, elsewhere);

elsewhere.listen(0, "127.0.0.1", () =>
  http.listen(Number(port), "127.0.0.1", () => console.log(`port ${http.address().port}`)),
);
// A test that dies takes its server along.
process.stdin.on("end", () => process.exit(0)).resume();
