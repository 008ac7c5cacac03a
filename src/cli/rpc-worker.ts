// The entry of the thread that answers calls.

import { parentPort, workerData } from "node:worker_threads";

import { assert } from "../domain/assert.ts";
import { serveRpc } from "./rpc-server.ts";

const port = parentPort;
assert(port !== null, "this file is the entry of a worker thread");
await serveRpc(
  {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on("message", listener),
  },
  workerData,
);
