// A thread that makes simulated runs, one a message: built code, as `tune` runs it.

import { parentPort, workerData } from "node:worker_threads";
import { simulateRun } from "../../../dist/simulator/simulate.js";

parentPort.on("message", (seed) => {
  const { runs } = simulateRun({ ...workerData, traces: new Map(), onRecord: null, seed });
  parentPort.postMessage(runs[0].requests.arrived);
});
