// Triton's statistics API (`GET /v2/models/stats`): exact mean execution times by batch size, of live traffic.

import { JsonValue } from "./json-value.ts";
import { chosenModel } from "./model-choice.ts";
import { ProfileProblem } from "./profile-problem.ts";
import type { MeasuredBatch, ServiceMeasurement } from "./service-measurement.ts";

const NS_PER_SECOND = 1e9;
const PHASES = ["compute_input", "compute_infer", "compute_output"] as const;
const REMARK =
  "Times include what instances on the same GPU did to one another meanwhile; how many there were is not in the statistics.";

type Executed = { readonly executions: number; readonly ns: number };
type Totals = ReadonlyMap<number, Executed>;

export type StatisticsSamples = {
  readonly text: string;
  /** An earlier sample, which is taken off; null = all since the model was loaded. */
  readonly before: string | null;
  readonly model: string | null;
};

/** Returns what was executed between two samples. Throws ProfileProblem. */
export function parseTritonStatistics({ text, before, model }: StatisticsSamples): ServiceMeasurement {
  const later = modelStatistics(text, model);
  const earlier = before === null ? null : modelStatistics(before, later.name);
  if (earlier !== null && earlier.version !== later.version)
    throw new ProfileProblem(null, `the samples are of versions ${earlier.version} and ${later.version}`);
  const batches = [...later.totals]
    .map(([batch, executed]) => measured(batch, executed, earlier?.totals.get(batch)))
    .filter((one) => one !== null)
    .sort((one, other) => one.batch - other.batch);
  if (batches.length === 0) {
    const since = before === null ? "" : " since the earlier sample";
    throw new ProfileProblem(
      null,
      `nothing of ${later.name} was executed${since}; take the sample under load`,
    );
  }
  const of = `Version ${later.version}${before === null ? ", since it was loaded" : ", between two samples"}.`;
  return { model: later.name, batches, spread: null, overheadSeconds: null, remarks: [of, REMARK] };
}

type ModelStatistics = { readonly name: string; readonly version: string; readonly totals: Totals };

/** Of several versions the one that was asked last. */
function modelStatistics(text: string, asked: string | null): ModelStatistics {
  const models = JsonValue.parse(text).member("model_stats").items();
  const name = chosenModel(
    models.map((entry) => entry.member("name").text()),
    asked,
  );
  const versions = models.filter((entry) => entry.member("name").text() === name);
  const lastAsked = (entry: JsonValue): number => entry.member("last_inference").amount();
  const used = versions.reduce((one, other) => (lastAsked(other) > lastAsked(one) ? other : one));
  const totals = used
    .member("batch_stats")
    .items()
    .map((entry): readonly [number, Executed] => [entry.member("batch_size").batchSize(), executedOf(entry)]);
  return { name, version: used.member("version").text(), totals: new Map(totals) };
}

function executedOf(entry: JsonValue): Executed {
  const ns = PHASES.reduce((sum, phase) => sum + entry.member(phase).member("ns").amount(), 0);
  return { executions: entry.member("compute_infer").member("count").amount(), ns };
}

function measured(batch: number, later: Executed, earlier: Executed | undefined): MeasuredBatch | null {
  const executions = later.executions - (earlier?.executions ?? 0);
  const ns = later.ns - (earlier?.ns ?? 0);
  if (executions < 0 || ns < 0)
    throw new ProfileProblem(
      null,
      `batch size ${batch} has fewer executions than in the earlier sample: the samples are the wrong way round, or the model was loaded anew between them`,
    );
  return executions === 0 ? null : { batch, seconds: ns / executions / NS_PER_SECOND, executions };
}
