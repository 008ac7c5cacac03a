// Conformance: a source that fails, and scalers that die.

import { expect } from "vitest";
import { freePorts } from "../../support/free-ports.ts";
import { type NameServer, startNameServer } from "../keda/name-server.ts";
import { type ConformanceCase, withWorkload } from "./conformance-case.ts";
import { eventually } from "./eventually.ts";
import { gateTo } from "./gate.ts";
import type { ScaledWorkload } from "./scaled-workload.ts";

const NAME = "tidemark.conformance.test";
const HOSTS = ["127.0.0.1", "127.0.0.2"];

const fallback: ConformanceCase = {
  name: "source lost: fallback",
  run: async (cluster) => {
    const gate = await gateTo(cluster.metrics.url);
    const settings = { prometheus: gate.url, fallback: { failureThreshold: 3, replicas: 7 } };
    try {
      return await withWorkload(cluster, { namespace: "fallback", min: 1, ...settings }, async (workload) => {
        await workload.settle(25, 3);
        gate.shut();
        const seconds = await workload.untilDesired(7);
        await eventually("a ScaledObject that says so", async () =>
          (await workload.condition("Fallback"))?.startsWith("True") === true ? true : null,
        );
        gate.open();
        await workload.untilDesired(3);
        const expected = "7 replicas as in the ScaledObject's fallback; 3 when it is back";
        return [{ name: "source lost: fallback", expected, seen: "7; 3", seconds }];
      });
    } finally {
      gate.close();
    }
  },
};

const killed: ConformanceCase = {
  name: "scaler killed and back",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "killed", min: 1 }, async (workload) => {
      await workload.settle(15, 2);
      await workload.scalers[0]?.kill();
      const begin = performance.now();
      workload.load(44);
      const before = await workload.syncsWithoutNumber();
      await eventually("an HPA without a number", async () =>
        (await workload.syncsWithoutNumber()).length > before.length ? true : null,
      );
      expect(await workload.replicas()).toBe(2);
      await workload.restartScaler();
      await workload.untilDesired(5);
      const seconds = (performance.now() - begin) / 1000;
      expect(isRising(workload)).toBe(true);
      const expected = "2 replicas kept meanwhile; 5 when it is back";
      return [{ name: "scaler killed and back", expected, seen: "2; 5", seconds }];
    }),
};

const oneOfTwo: ConformanceCase = {
  name: "one of two scalers killed",
  run: async (cluster) => {
    const names: NameServer = await startNameServer(HOSTS);
    const [port = 0] = await freePorts(1);
    const settings = {
      min: 1,
      listen: HOSTS.map((host) => `${host}:${port}`),
      address: `dns://127.0.0.1:${names.port}/${NAME}:${port}`,
    };
    try {
      return await withWorkload(cluster, { namespace: "two", ...settings }, async (workload) => {
        await workload.settle(15, 2);
        const before = await workload.syncsWithoutNumber();
        await workload.scalers[0]?.kill();
        workload.load(44);
        const seconds = await workload.untilDesired(5);
        expect(isRising(workload), workload.desiredHistory.join(" ")).toBe(true);
        expect(await workload.syncsWithoutNumber()).toEqual(before);
        const expected = "5 replicas, no sync without a number, never fewer";
        return [{ name: "one of two scalers killed", expected, seen: "5, none", seconds }];
      });
    } finally {
      names.close();
    }
  },
};

/** Whether the HPA never wanted fewer than before. */
function isRising({ desiredHistory }: ScaledWorkload): boolean {
  return desiredHistory.every((desired, index) => desired >= (desiredHistory[index - 1] ?? 0));
}

/** Those that disturb nobody else. */
export const FAULT_CASES: readonly ConformanceCase[] = [fallback, killed, oneOfTwo];
