// A thread that makes simulated runs, one a message: built code, as `tune` runs it.

import { parentPort, workerData } from "node:worker_threads";

const { simulateRun } = await import(workerData.simulator);

parentPort.on("message", (seed) => {
  const { runs } = simulateRun({ ...workerData.input, traces: new Map(), onRecord: null, seed });
  parentPort.postMessage(runs[0].requests.arrived);
});
