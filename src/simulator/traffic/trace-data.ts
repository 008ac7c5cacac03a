// A trace as data: what every format is read into. Times are seconds since the trace's start.

import { assert, assertNever } from "../../domain/assert.ts";

/** Requests one by one. */
export type ArrivalsTrace = {
  readonly kind: "arrivals";
  /** Never descending. */
  readonly times: Float64Array;
  /** Batch dimensions; null = the trace does not know them. */
  readonly batches: Uint16Array | null;
  /** Whose requests they are: `ids[i]` is an index into `names`. Null = the trace does not tell models apart. */
  readonly models: { readonly names: readonly string[]; readonly ids: Uint8Array } | null;
};

/** How many requests came in each step; where inside a step is not known. */
export type CountsTrace = {
  readonly kind: "counts";
  readonly stepSeconds: number;
  readonly counts: Uint32Array;
};

export type InterarrivalLaw = "exponential" | "gamma" | "weibull";

/** What one client did in one window: `cv` is the coefficient of variation of the gaps between its requests. */
export type ClientWindow = {
  readonly startSeconds: number;
  readonly rate: number;
  readonly cv: number;
  readonly law: InterarrivalLaw;
};

/** How clients behaved window by window; a window that is missing had no requests. */
export type ClientsTrace = {
  readonly kind: "clients";
  readonly windowSeconds: number;
  /** One entry a client, its windows in the order of time. */
  readonly clients: readonly (readonly ClientWindow[])[];
};

/** Counts of several models at once, as scrapes of their servers show them. */
export type ScrapedTrace = {
  readonly kind: "scraped";
  readonly stepSeconds: number;
  /** Equally many steps of each model. */
  readonly countsByModel: ReadonlyMap<string, Uint32Array>;
};

export type TraceData = ArrivalsTrace | CountsTrace | ClientsTrace | ScrapedTrace;

/** The stretch of a trace that plays: its `startSeconds` is the scenario's t = 0. */
export type TraceStretch = { readonly startSeconds: number; readonly endSeconds: number };

/** Returns the arrivals of one model; all of them where the trace does not tell models apart. */
export function arrivalsOfModel(trace: ArrivalsTrace, model: string): ArrivalsTrace {
  if (trace.models === null) return trace;
  const { names, ids } = trace.models;
  const wanted = names.indexOf(model);
  assert(wanted >= 0, `the trace has requests of ${model}`);
  const keep = (_: number, index: number): boolean => ids[index] === wanted;
  const times = trace.times.filter(keep);
  return {
    kind: "arrivals",
    times,
    batches: trace.batches?.filter(keep) ?? null,
    models: { names: [model], ids: new Uint8Array(times.length) },
  };
}

/** Returns the counts of one model. */
export function countsOfModel({ stepSeconds, countsByModel }: ScrapedTrace, model: string): CountsTrace {
  const counts = countsByModel.get(model);
  assert(counts !== undefined, `the trace has requests of ${model}`);
  return { kind: "counts", stepSeconds, counts };
}

/** Returns the models that a trace tells apart; null where it tells none apart. */
export function modelsOf(trace: TraceData): readonly string[] | null {
  if (trace.kind === "scraped") return [...trace.countsByModel.keys()];
  return trace.kind === "arrivals" ? (trace.models?.names ?? null) : null;
}

/** Returns how long a trace is: up to its last arrival, or the end of its last step or window. */
export function traceSeconds(trace: TraceData): number {
  switch (trace.kind) {
    case "arrivals":
      return trace.times.at(-1) ?? 0;
    case "counts":
      return trace.counts.length * trace.stepSeconds;
    case "scraped":
      return (
        trace.stepSeconds * Math.max(0, ...[...trace.countsByModel.values()].map(({ length }) => length))
      );
    case "clients":
      return trace.clients.reduce(
        (longest, windows) => Math.max(longest, (windows.at(-1)?.startSeconds ?? 0) + trace.windowSeconds),
        0,
      );
    default:
      return assertNever(trace);
  }
}
