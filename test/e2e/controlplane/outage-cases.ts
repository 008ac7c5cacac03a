// Conformance: parts of the cluster go and come back. These disturb every workload of the cluster, so they run alone.

import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { type ConformanceCase, withWorkload } from "./conformance-case.ts";

/** A minute where it counts; a fraction of it shows the same on a developer's machine. */
const API_DOWN_SECONDS = process.env["CI"] === "true" ? 60 : 15;

/** The longer it was gone, the more seldom its clients try: the controller manager and KEDA take as long again. */
const BACK_WITHIN_MS = 240_000;

const kedaRestarted: ConformanceCase = {
  name: "KEDA restarted",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "restarted", min: 1 }, async (workload) => {
      await workload.settle(15, 2);
      const begin = performance.now();
      await cluster.keda.stop();
      workload.load(44);
      await workload.untilWanted(5);
      expect(await workload.replicas()).toBe(2);
      await cluster.keda.startAgain();
      await workload.untilDesired(5);
      const seconds = (performance.now() - begin) / 1000;
      expect(Math.min(...workload.desiredHistory.slice(workload.desiredHistory.indexOf(2)))).toBe(2);
      const expected = "2 replicas kept meanwhile; 5 when it is back";
      return [{ name: "KEDA restarted", expected, seen: "2; 5", seconds }];
    }),
};

const apiServerDown: ConformanceCase = {
  name: "API server down",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "no-api", min: 1 }, async (workload) => {
      await workload.settle(15, 2);
      const begin = performance.now();
      await cluster.plane.stopApiServer();
      workload.load(44);
      await workload.untilWanted(5);
      const left = API_DOWN_SECONDS * 1000 - (performance.now() - begin);
      await wait(Math.max(0, left));
      await cluster.plane.startApiServer();
      await workload.untilDesired(5, BACK_WITHIN_MS);
      const seconds = (performance.now() - begin) / 1000;
      expect(Math.min(...workload.desiredHistory.slice(workload.desiredHistory.indexOf(2)))).toBe(2);
      const name = `API server down for ${API_DOWN_SECONDS} s`;
      const expected = "our number stands; 5 replicas when it is back, never fewer than 2";
      return [{ name, expected, seen: "5", seconds }];
    }),
};

/** Those that run one after the other. */
export const OUTAGE_CASES: readonly ConformanceCase[] = [kedaRestarted, apiServerDown];
