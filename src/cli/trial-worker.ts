// The entry of a thread that runs trials of a tuning, one after another.

import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../domain/assert.ts";
import type { TrialRun } from "../tuning/trial.ts";
import { readTrialGround, runTrial } from "./trial-runner.ts";

const port = parentPort;
assert(port !== null, "this file is the entry of a worker thread");
const ground = await readTrialGround(workerData);
port.on("message", (run: TrialRun) => {
  port.postMessage(runTrial(ground, run));
});
