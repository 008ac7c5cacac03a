// KEDA's own client of external scalers as a process of the test: what it is asked to do, and what it saw.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { builtPrograms, KEDA_RELEASES, type KedaRelease } from "../controlplane/built-programs.ts";

/** The HPA's path to a scaler has one budget of a minute. */
export const HPA_TIMEOUT_MS = 60_000;

/** A name with a quantity as Kubernetes writes it: the target of a spec, the value of a metric. */
export type Quantified = { readonly name: string; readonly quantity: string; readonly kind?: string };

/** What came over the streams of a push trigger: `active`, `specs`, or `stopped` once they are over for good. */
export type StreamEvent = {
  readonly event: string;
  readonly active?: boolean;
  readonly specs?: readonly Quantified[];
};

type Line = {
  readonly id?: number;
  readonly scaler?: string;
  readonly event?: string;
  readonly active?: boolean;
  readonly specs?: readonly Quantified[];
  readonly values?: readonly Quantified[];
  readonly error?: string;
};

/** What KEDA makes of GetMetrics and IsActive, or the error that it gets. */
export type Reading =
  | { readonly values: readonly Quantified[]; readonly active: boolean }
  | { readonly error: string };

/** A ScaledObject's trigger; what is left out is that of ai-inference/embedder for policy `embedder`. */
export type TriggerParts = {
  readonly namespace?: string;
  readonly index?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** What its TriggerAuthentication gives: PEM texts by parameter. */
  readonly auth?: Readonly<Record<string, string>>;
  /** Whether it is an `external-push` trigger. */
  readonly push?: boolean;
};

/** Returns the built client of each release; empty where `.ci/build-controlplane` has not run. */
export function findClients(): ReadonlyMap<KedaRelease, string> {
  return new Map(
    KEDA_RELEASES.flatMap((release) => {
      const folder = builtPrograms().get(release);
      return folder === undefined ? [] : [[release, `${folder}/kedaclient`]];
    }),
  );
}

export class KedaProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (line: Line) => void>();
  readonly #triggers = new Map<string, KedaTrigger>();
  readonly #watchers = new Set<() => void>();
  #commands = 0;
  #log = "";

  constructor(path: string) {
    // No proxy of this environment comes in between: gRPC would take it for names.
    this.#child = spawn(path, { env: {}, stdio: "pipe" });
    createInterface({ input: this.#child.stdout }).on("line", (text) => this.#take(JSON.parse(text) as Line));
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#log += chunk.toString();
      this.#look();
    });
  }

  /** What KEDA logged so far. */
  get log(): string {
    return this.#log;
  }

  /** Builds the scaler of a trigger at `address`, as KEDA does for a ScaledObject. */
  async trigger(address: string, parts: TriggerParts = {}): Promise<KedaTrigger> {
    const { namespace = "ai-inference", index = 0, push = false, auth = {} } = parts;
    const { metadata = { policy: "embedder" } } = parts;
    const scaler = `trigger-${this.#triggers.size}`;
    const trigger = new KedaTrigger(this, scaler, index);
    this.#triggers.set(scaler, trigger);
    const scalerMetadata = { scalerAddress: address, ...metadata };
    const fields = { push, name: "embedder", namespace, index, metadata: scalerMetadata, auth };
    const { error } = await this.send({ do: "new", scaler, ...fields });
    if (error !== undefined) throw new Error(error);
    return trigger;
  }

  /** Gives a command and resolves with its answer. */
  send(command: Readonly<Record<string, unknown>>): Promise<Line> {
    this.#commands += 1;
    const id = this.#commands;
    this.#child.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  /** Resolves as soon as `holds` does, looked at whenever something came; the test's time limit is the only one. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.stdin.end();
    await gone;
  }

  #take(line: Line): void {
    const { id, scaler = "", event } = line;
    if (event !== undefined) this.#triggers.get(scaler)?.events.push(eventOf(line, event));
    if (id !== undefined) this.#answers.get(id)?.(line);
    this.#look();
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

/** One trigger with the cache that KEDA's scale loop keeps for it. */
export class KedaTrigger {
  readonly events: StreamEvent[] = [];
  readonly #keda: KedaProcess;
  readonly #scaler: string;
  readonly #index: number;

  constructor(keda: KedaProcess, scaler: string, index: number) {
    this.#keda = keda;
    this.#scaler = scaler;
    this.#index = index;
  }

  /** GetMetricSpec, once; empty where it fails. */
  async spec(): Promise<readonly Quantified[]> {
    return (await this.#send("spec")).specs ?? [];
  }

  /** The specs as the scale loop gets them: with a second attempt, or without a call if they were streamed. */
  async specCached(timeoutMs = 0): Promise<readonly Quantified[] | { readonly error: string }> {
    const { specs = [], error } = await this.#send("spec-cached", { timeoutMs });
    return error === undefined ? specs : { error };
  }

  /** GetMetrics and IsActive, once. */
  async metrics(metric = this.#metric()): Promise<Reading> {
    return readingOf(await this.#send("metrics", { metric }));
  }

  /** GetMetrics and IsActive as the scale loop asks: with a second attempt. */
  async metricsCached(timeoutMs = 0): Promise<Reading> {
    return readingOf(await this.#send("metrics-cached", { metric: this.#metric(), timeoutMs }));
  }

  /** Opens the streams of a push trigger and keeps them open as KEDA does. */
  async run(): Promise<void> {
    const { error } = await this.#send("run");
    if (error !== undefined) throw new Error(error);
  }

  /** The values of the `active` events so far. */
  get pushed(): readonly boolean[] {
    return this.events.flatMap(({ active }) => (active === undefined ? [] : [active]));
  }

  /** Resolves once `count` messages came over StreamIsActive. */
  untilPushed(count: number): Promise<void> {
    return this.#keda.until(() => this.pushed.length >= count);
  }

  async stop(): Promise<void> {
    await this.#send("stop");
    await this.#keda.until(() => this.events.at(-1)?.event === "stopped");
  }

  async close(): Promise<void> {
    await this.#send("close");
  }

  #metric(): string {
    return `s${this.#index}-desired-replicas`;
  }

  #send(command: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Line> {
    return this.#keda.send({ do: command, scaler: this.#scaler, ...fields });
  }
}

function eventOf({ active, specs }: Line, event: string): StreamEvent {
  return { event, ...(active === undefined ? {} : { active }), ...(specs === undefined ? {} : { specs }) };
}

function readingOf({ values = [], active = false, error }: Line): Reading {
  return error === undefined ? { values, active } : { error };
}
