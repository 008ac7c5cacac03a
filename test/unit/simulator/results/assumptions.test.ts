// What a simulation takes for granted, in sentences, and spans as people write them.

import { expect, test } from "vitest";
import { loadScenario } from "../../../../src/policy/load-policies.ts";
import { assumptionsOf, shownSeconds } from "../../../../src/simulator/results/assumptions.ts";
import { VALID_SCENARIO } from "../../policy/scenario-documents.ts";

function assumed(text: string): readonly string[] {
  const loaded = loadScenario("surge.yaml", new TextEncoder().encode(text));
  if (!loaded.ok) throw new Error("the scenario is not valid");
  return assumptionsOf(loaded.value);
}

const START = "start-up of ai-inference/triton-burst: load 25s (95 % within 60s), pull 0s, probed every 10s";
const EXACT = "service: an execution takes what its batch size says, without spread or contention";

test("the usual plant", () => {
  expect(assumed(VALID_SCENARIO)).toEqual([
    "metrics: scraped every 15s, read 2s late, none lost",
    "replicas: by KEDA and the HPA of Kubernetes 1.35, synced every 15s",
    START,
    "room: there is always a free GPU",
    EXACT,
    "one seed: what may happen, not how often; differences have no interval",
  ]);
});

test("an unusual one", () => {
  const text = VALID_SCENARIO.replace("{ for: 45s, rate: 36 }", "{ for: 45m, rate: 36 }")
    .replace("160ms } }", "160ms }, spread: 0.2 }")
    .concat(`  seeds: [ 1, 2, 3 ]
  cluster: { pools: [ { name: a100, nodes: { initial: 4, max: 8 } } ] }
  controlPlane: { actuation: immediate, source: { scrapeLoss: 0.05 } }
  faults: [ { at: 10m, for: 1m, kind: metrics-outage } ]
`);
  expect(assumed(text)).toEqual([
    "metrics: scraped every 15s, read 2s late, 5 % lost",
    "replicas: changed without any delay",
    START,
    "room: a100 4 to 8 nodes of 1 GPUs",
    "traffic: goes on after the end; only what comes before it is simulated",
    "faults: metrics-outage at 10m",
    "3 seeds, the same traffic for every candidate: differences are paired, intervals Student's at 95 %",
  ]);
});

test.each([
  { seconds: 0, text: "0s" },
  { seconds: 0.05, text: "50ms" },
  { seconds: 2.5, text: "2.5s" },
  { seconds: 90, text: "90s" },
  { seconds: 600, text: "10m" },
  { seconds: 5400, text: "90m" },
  { seconds: 9000, text: "2h30m" },
  { seconds: 86_400, text: "24h" },
  { seconds: 604_800, text: "7d" },
])("$seconds s reads $text", ({ seconds, text }) => {
  expect(shownSeconds(seconds)).toBe(text);
});
