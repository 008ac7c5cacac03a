// All the traffic of one model: its streams, generated or from traces, superposed.

import { assert, assertNever } from "../../domain/assert.ts";
import type {
  GeneratedTraffic,
  ModelScenario,
  RatePhase,
  TracedTraffic,
  TrafficStream,
} from "../../domain/scenario.ts";
import { type RandomStream, randomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "./arrival-source.ts";
import { CellSource } from "./cell-source.ts";
import { ArrivalCells, CountCells } from "./cells.ts";
import { ClientSource } from "./client-source.ts";
import { DrawnBatches } from "./drawn-batches.ts";
import { ExplicitSource } from "./explicit-source.ts";
import { CONSTANT_GAPS, gammaGaps, weibullGaps } from "./gap-law.ts";
import { OnOffSource, PoissonSource, RenewalSource } from "./generated-sources.ts";
import { MergedSource } from "./merged-source.ts";
import { ThinnedSource } from "./thinned-source.ts";
import {
  type ArrivalsTrace,
  arrivalsOfModel,
  type ClientsTrace,
  type CountsTrace,
  countsOfModel,
  type TraceData,
  type TraceStretch,
} from "./trace-data.ts";

export type TrafficContext = {
  readonly seed: number;
  /** Names the random streams: `<namespace>/<workload>/<model>`. */
  readonly key: string;
  /** Picks the rows of traces that tell models apart. */
  readonly model: string;
  readonly durationSeconds: number;
  readonly requestBatch: ModelScenario["requestBatch"];
  /** By the streams' paths. */
  readonly traces: ReadonlyMap<string, TraceData>;
};

/** What one stream draws from: its own streams of random numbers, by what they are for. */
type Draws = (purpose: string, index?: number) => RandomStream;

/**
 * Returns the arrivals of all `streams`, in the order of time. What a stream draws depends on the seed, the key and its
 * place in the list only: a stream more shifts no other one. Batch dimensions are the trace's, where it knows them, else
 * drawn from `requestBatch`.
 */
export function arrivalSource(streams: readonly TrafficStream[], context: TrafficContext): ArrivalSource {
  const sources = streams.map((stream, index) => streamSource(stream, index, context));
  const [only] = sources;
  return only !== undefined && sources.length === 1 ? only : new MergedSource(sources);
}

function streamSource(stream: TrafficStream, place: number, context: TrafficContext): ArrivalSource {
  const draws: Draws = (purpose, index = 0) =>
    randomStream(context.seed, `traffic/${context.key}/${place}/${purpose}`, index);
  const withBatches = (source: ArrivalSource): ArrivalSource =>
    new DrawnBatches(source, context.requestBatch, draws("batch"));
  if (stream.kind === "generated") return withBatches(generatedSource(stream, context, draws("arrivals")));
  const trace = context.traces.get(stream.path);
  assert(trace !== undefined, `the trace ${stream.path} was read`);
  const source = tracedSource(stream, trace, { draws, model: context.model });
  return trace.kind === "arrivals" && trace.batches !== null ? source : withBatches(source);
}

function generatedSource(
  { generator, phases }: GeneratedTraffic,
  { durationSeconds }: TrafficContext,
  random: RandomStream,
): ArrivalSource {
  switch (generator.kind) {
    case "constant":
      return new RenewalSource(phases, CONSTANT_GAPS, random);
    case "poisson":
      return new PoissonSource(phases, random);
    case "gamma":
      return new RenewalSource(phases, gammaGaps(generator.cv), random);
    case "weibull":
      return new RenewalSource(phases, weibullGaps(generator.cv), random);
    case "onoff":
      return new OnOffSource(onPhases(phases, generator.onRate, durationSeconds), generator, random);
    default:
      return assertNever(generator);
  }
}

/** With phases an on/off stream lasts as long as they do and has their rates while it is on. */
function onPhases(
  phases: readonly RatePhase[],
  onRate: number,
  durationSeconds: number,
): readonly RatePhase[] {
  return phases.length > 0 ? phases : [{ forSeconds: durationSeconds, fromRate: onRate, toRate: onRate }];
}

type TraceContext = { readonly draws: Draws; readonly model: string };

function tracedSource(
  { fromSeconds, forSeconds, multiply, thin }: TracedTraffic,
  trace: TraceData,
  { draws, model }: TraceContext,
): ArrivalSource {
  const endSeconds = forSeconds === null ? Number.POSITIVE_INFINITY : fromSeconds + forSeconds;
  const stretch = { startSeconds: fromSeconds, endSeconds };
  // Fewer than all of the arrivals that are known one by one: some of them, where they are.
  const fewer = trace.kind === "arrivals" && multiply < 1;
  const source = multipliedSource(fewer ? 1 : multiply, { trace, stretch, draws, model });
  const keepRatio = fewer ? thin * multiply : thin;
  return keepRatio < 1 ? new ThinnedSource(source, keepRatio, draws("thin")) : source;
}

type Multiplied = TraceContext & { readonly trace: TraceData; readonly stretch: TraceStretch };

function multipliedSource(multiply: number, { trace, stretch, draws, model }: Multiplied): ArrivalSource {
  switch (trace.kind) {
    case "arrivals":
      return arrivalsSource(arrivalsOfModel(trace, model), { stretch, multiply, draws });
    case "counts":
      return countsSource(trace, { stretch, multiply, draws });
    case "scraped":
      return countsSource(countsOfModel(trace, model), { stretch, multiply, draws });
    case "clients":
      return clientsSource(trace, { stretch, multiply, draws });
    default:
      return assertNever(trace);
  }
}

type Played = { readonly stretch: TraceStretch; readonly multiply: number; readonly draws: Draws };

function arrivalsSource(trace: ArrivalsTrace, { stretch, multiply, draws }: Played): ArrivalSource {
  if (multiply === 1) return new ExplicitSource(trace, stretch);
  const cells = new ArrivalCells(trace, { stretch, multiply, random: draws("multiply") });
  return new CellSource(cells, { endSeconds: lengthOf(stretch), random: draws("arrivals") });
}

function countsSource(trace: CountsTrace, { stretch, multiply, draws }: Played): ArrivalSource {
  const cells = new CountCells(trace, { stretch, multiply, random: draws("multiply") });
  return new CellSource(cells, { endSeconds: lengthOf(stretch), random: draws("arrivals") });
}

function clientsSource(trace: ClientsTrace, { stretch, multiply, draws }: Played): ArrivalSource {
  const { windowSeconds, clients } = trace;
  return new MergedSource(
    clients.map(
      (windows, client) =>
        new ClientSource(windows, { windowSeconds, stretch, multiply, random: draws("arrivals", client) }),
    ),
  );
}

function lengthOf({ startSeconds, endSeconds }: TraceStretch): number {
  return endSeconds - startSeconds;
}
