// `tidemark simulate` with a scripted engine: its files in a directory of their own, its output caught.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandError } from "../../src/cli/command-error.ts";
import { runSimulate, type SimulateOptions } from "../../src/cli/simulate.ts";
import type { SimulationRun, TimelineRow } from "../../src/domain/simulation-result.ts";
import { instant } from "../../src/domain/units.ts";
import type { RunInput, RunOutput } from "../../src/simulator/simulate.ts";
import { VALID_POLICY } from "../unit/policy/documents.ts";
import { VALID_SCENARIO } from "../unit/policy/scenario-documents.ts";
import { simulationRun } from "./simulation-run.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const TWO_SEEDS = VALID_SCENARIO.concat(
  "  seeds: [ 7, 8 ]\n  expect: [ { candidate: ours, attainmentRatioMin: 0.99 } ]\n",
);
const EXPECTED_ROW: TimelineRow = {
  timeSeconds: 15,
  candidate: "ours",
  workload: "ai-inference/triton-burst",
  arrivalRate: 36.133_333_333_3,
  pending: 3,
  desired: 3,
  ready: 3,
  starting: 0,
  draining: 0,
  recommendedRaw: null,
  published: 4,
  latencyP99Ms: 199.25,
  reason: 'ABOVE_TARGET, "so to say"',
};

/** What a run of the scripted engine gives. */
function outputOf({ candidate, seed }: RunInput, changes: Partial<SimulationRun>): RunOutput {
  const table = (arrivals: readonly number[]) => ({
    length: arrivals.length,
    arrivalSeconds: Float64Array.from(arrivals),
    model: Uint8Array.from(arrivals, () => 0),
    server: Int32Array.from(arrivals, (_, row) => row - 1),
    batch: Uint16Array.from(arrivals, () => 1),
    status: Uint8Array.from(arrivals, (_, row) => (row === 0 ? 1 : 0)),
    latencySeconds: Float64Array.from(arrivals, (_, row) => (row === 0 ? Number.NaN : 0.1)),
  });
  return {
    runs: [simulationRun({ candidate: candidate.name, seed, ...changes })],
    timeline: [{ ...EXPECTED_ROW, candidate: candidate.name }],
    requests: [
      { workload: "a/one", models: ["burst"], pods: ["one-0"], table: table([0.5, 2]) },
      { workload: "a/two", models: ["other"], pods: ["two-0"], table: table([1, 1.000_000_25]) },
    ],
    pods: [],
    series: [],
    latency: [],
    queues: [],
    foresight: [],
  };
}

export type Ran = {
  /** The exit code; of a command that could not do its work also why. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: readonly RunInput[];
};

export type Setting = {
  readonly scenario?: string;
  readonly policy?: string;
  readonly options?: SimulateOptions;
  readonly changes?: Partial<SimulationRun>;
  /** Other files by their path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where all files go; a new one otherwise. */
  readonly directory?: string;
};

/** Runs the command in a directory with a scenario, its policy and other files; the engine gives what `changes` say. */
export async function simulate(setting: Setting): Promise<Ran> {
  const { scenario = TWO_SEEDS, policy = VALID_POLICY, options = {}, changes = {}, files = {} } = setting;
  const directory = setting.directory ?? (await temporaryDirectory());
  const all = { "simulations/surge.yaml": scenario, "policies/burst.yaml": policy, ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const within = (path: string | undefined) => (path === undefined ? undefined : join(directory, path));
  const { policies, timeline, decisions, requests } = options;
  const written = { stdout: "", stderr: "" };
  const asked: RunInput[] = [];
  const output = {
    stdout: (text: string) => void (written.stdout += text),
    stderr: (text: string) => void (written.stderr += text),
  };
  const simulator = {
    simulate(input: RunInput) {
      asked.push(input);
      input.onRecord?.({
        kind: "policy",
        v: 1,
        version: input.version,
        at: instant(input.scenario.start + 15_000),
        policy: "ai-inference/burst",
        policyHash: `${input.candidate.name} ${input.seed}`,
        document: {},
      });
      return outputOf(input, changes);
    },
    standardBaselines: () => [
      { kind: "baseline", name: "fixed-3", baseline: "static", parameters: { replicas: 99 } } as const,
      { kind: "baseline", name: "knative", baseline: "knative", parameters: { concurrency: 8 } } as const,
    ],
  };
  const placed = {
    ...options,
    policies: within(policies),
    timeline: within(timeline),
    decisions: within(decisions),
    requests: within(requests),
  };
  const ended = runSimulate(join(directory, "simulations/surge.yaml"), placed, { output, simulator });
  const exit = await ended.catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error;
    return `${error.exit}: ${error.message}`.replaceAll(`${directory}/`, "");
  });
  return { exit, ...written, asked };
}

/** Returns candidate and seed of each run that was asked for. */
export const runsOf = ({ asked }: Ran): readonly string[] =>
  asked.map(({ candidate, seed }) => `${candidate.name} ${seed}`);
