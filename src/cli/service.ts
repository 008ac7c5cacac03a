// The running service: source, loop, gRPC and HTTP composed from a configuration, and taken down in order.

import { resolve } from "node:path";

import { checkpointFile } from "../adapters/checkpoint-file.ts";
import { CompressedHistory } from "../adapters/compressed-history.ts";
import { PrometheusTelemetry } from "../adapters/prometheus-telemetry.ts";
import { realPacing } from "../adapters/real-pacing.ts";
import { explain } from "../control/explain.ts";
import { TickLoop } from "../control/loop.ts";
import { Registry } from "../control/registry.ts";
import { sizingOf } from "../control/sizing.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { Policy } from "../domain/policy.ts";
import type { PolicySet } from "../domain/policy-set.ts";
import type { ScalerState } from "../domain/state.ts";
import { type Instant, longest, type Millis, millis, minutes } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import { memorySpan, sampleSpan } from "../domain/windows.ts";
import { type HttpServer, startHttpServer } from "../http/server.ts";
import type { Clock } from "../ports/clock.ts";
import type { DecisionSink } from "../ports/decision-sink.ts";
import type { Logger } from "../ports/logger.ts";
import type { PolicySource } from "../ports/policy-source.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import { CommandError, environmentFailed, reasonOf } from "./command-error.ts";
import { noCalls, startCalls } from "./compose-calls.ts";
import { type Acting, type ComposedCluster, composeCluster } from "./compose-kubernetes.ts";
import { composeSource } from "./compose-source.ts";
import type { ComposedSource } from "./composed-source.ts";
import { openDecisionLog } from "./decision-log.ts";
import { followLeadership, standby } from "./leading.ts";
import { applyReload, describePolicies } from "./reload.ts";
import type { RpcFront } from "./rpc-thread.ts";
import { Teardown } from "./teardown.ts";

/** Samples stay at least this long, so that a policy with longer windows can come later. */
const KEEP_LEAST = minutes(15);
/** How far a checkpoint may be ahead of the wall clock: a small step back is waited for. */
const CHECKPOINT_AHEAD = minutes(1);

export type ServiceInput = {
  readonly configuration: Configuration;
  /** Where the configuration's relative paths start. */
  readonly directory: string;
  readonly policies: PolicySource;
  /** What `policies` gave at first. */
  readonly first: PolicySet;
  readonly logger: Logger;
  /** How replicas are written; left out or null: KEDA is answered instead. */
  readonly acting?: Acting;
};

export type Service = {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly registry: Registry;
  readonly clock: Clock;
  /** Resolves when the source has nothing left to play; rejects if the loop breaks. */
  readonly finished: Promise<void>;
  /** Drains and closes everything; again waits for the same. */
  stop(): Promise<void>;
};

/** What is built before anything listens. */
type Core = {
  readonly input: ServiceInput;
  readonly telemetry: PrometheusTelemetry;
  readonly registry: Registry;
  readonly composed: ComposedSource;
  readonly sink: DecisionSink;
  readonly loop: TickLoop;
  readonly keeper: CheckpointKeeper | null;
  readonly cluster: ComposedCluster | null;
  readonly life: Life;
  /** Filled once it listens. */
  readonly held: Held;
};

type Held = { composed: ComposedSource | null; rpc: RpcFront | null; keeper: CheckpointKeeper | null };

/** How far the service is in its life, for probes. */
type Life = { stage: "starting" | "ready" | "draining" | "broken" };

/** Starts the service; resolves once it is ready. Throws a CommandError, with nothing left open, where it cannot. */
export async function startService(input: ServiceInput): Promise<Service> {
  const teardown = new Teardown((error) => input.logger.error({ err: error }, "closing failed"));
  try {
    const core = await buildCore(input, teardown);
    const servers = await listen(core, teardown);
    return await run(core, servers, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function buildCore(input: ServiceInput, teardown: Teardown): Promise<Core> {
  const { configuration, directory, first, logger, acting = null } = input;
  const registry = new Registry(new CompressedHistory());
  const held: Held = { composed: null, rpc: null, keeper: null };
  const { kind } = configuration.source;
  const isLive = kind !== "recording" && kind !== "simulation";
  const telemetry = new PrometheusTelemetry({
    ...(isLive ? { sourceUp: () => held.composed?.isUp?.() ?? false } : {}),
    takeLagSeconds: () => held.rpc?.takeLagSeconds() ?? 0,
    sizingOf,
  });
  teardown.add(() => telemetry.close());
  const shared = { configuration, directory, registry, logger };
  const cluster = await composeCluster({ ...shared, telemetry: telemetry.cluster, acting });
  teardown.add(() => cluster?.close());
  const keep = longest([KEEP_LEAST, ...first.policies.map(({ policy }) => spanOf(policy))]);
  const composed = await composeSource({ ...shared, keep, telemetry, cluster });
  held.composed = composed;
  teardown.add(() => composed.source.close());
  const { sink, loop } = await buildLoop({ input, telemetry, registry, composed, held });
  teardown.add(() => sink.close());
  const file = configuration.state.file;
  const store = file === null ? (cluster?.store ?? null) : checkpointFile(resolve(directory, file));
  const keeper = store === null ? null : new CheckpointKeeper({ store, registry, logger });
  held.keeper = keeper;
  const at = composed.clock.now();
  const states = keeper === null ? statesWithoutFile(composed) : await keeper.load(at, aheadOf(composed));
  const { policies, rejected } = first;
  registry.apply(policies, { rejected, at, states, isMemoryLost: keeper?.isMemoryLost() ?? false });
  describePolicies(registry, first, { logger, telemetry });
  const life: Life = { stage: "starting" };
  return { input, telemetry, registry, composed, sink, loop, keeper, cluster, life, held };
}

/** Twice the longest window for what may come; for a source that knows the past, all that decisions remember. */
function spanOf(policy: Policy): Millis {
  return longest([millis(2 * sampleSpan(policy)), millis(memorySpan(policy) + sampleSpan(policy))]);
}

/** Where time itself begins there is nothing that a checkpoint could have told. */
function statesWithoutFile({ beginsTime }: ComposedSource): ReadonlyMap<string, ScalerState> | null {
  return beginsTime ? new Map() : null;
}

/** A recording begins again at its epoch: whatever is later belongs to another play. */
function aheadOf({ everyInstant }: ComposedSource): Millis {
  return everyInstant ? millis(0) : CHECKPOINT_AHEAD;
}

type LoopNeeds = Pick<Core, "input" | "telemetry" | "registry" | "composed" | "held">;

async function buildLoop(needs: LoopNeeds): Promise<Pick<Core, "sink" | "loop">> {
  const { input, telemetry, registry, composed, held } = needs;
  const { configuration, directory, logger } = input;
  const { file, detail, maxFileSizeBytes, maxFiles } = configuration.decisions;
  const built: { loop: TickLoop | null } = { loop: null };
  const sink = await openDecisionLog({
    file: file === null ? null : resolve(directory, file),
    maxFileSizeBytes,
    maxFiles,
    existing: "rotate",
    onNewFile: () => built.loop?.openingLines() ?? [],
    onProblem: (problem) => logger.error({ problem }, "decision log"),
  });
  const { clock, source, startAfter, everyInstant, knowsPast } = composed;
  const { interval, lag } = configuration.tick;
  const isShared = (): boolean => held.keeper?.isShared() ?? false;
  const loop = new TickLoop(
    { clock, source, registry, sink, telemetry, logger, pacing: realPacing() },
    { interval, lag, detail, version: VERSION, startAfter, everyInstant, knowsPast, isShared },
  );
  built.loop = loop;
  return { sink, loop };
}

type Servers = { readonly grpc: RpcFront; readonly http: HttpServer };

async function listen(core: Core, teardown: Teardown): Promise<Servers> {
  const { input, telemetry, registry, composed, life, held } = core;
  const { grpc: settings, http: httpSettings, tick } = input.configuration;
  const { logger } = input;
  const http = await startHttpServer({
    address: httpSettings.address,
    registry,
    logger,
    readiness: () => (life.stage === "ready" ? notLeading(core) : `the service is ${life.stage}`),
    liveness: () => (life.stage === "broken" ? "the loop has stopped" : null),
    renderMetrics: async () => ({ contentType: telemetry.contentType, text: await telemetry.render() }),
    explain,
  }).catch(notListening);
  teardown.add(() => http.close());
  const grpc = writes(input)
    ? noCalls()
    : await startCalls(settings, {
        registry,
        telemetry,
        logger,
        clock: composed.clock,
        isPlayed: composed.everyInstant,
        tickInterval: tick.interval,
        directory: input.directory,
      }).catch(notListening);
  held.rpc = grpc;
  teardown.add(() => grpc.drain(settings.drainTimeout));
  return { grpc, http };
}

/** Whoever writes replicas has no callers who must find the leader. */
function notLeading({ cluster, input }: Core): string | null {
  return cluster === null || writes(input) ? null : standby(cluster);
}

function writes({ acting = null }: ServiceInput): boolean {
  return acting !== null;
}

function notListening(error: unknown): never {
  if (error instanceof CommandError) throw error;
  throw environmentFailed(reasonOf(error), error);
}

async function run(core: Core, { grpc, http }: Servers, teardown: Teardown): Promise<Service> {
  const { input, registry, composed, loop, keeper, cluster, life } = core;
  const stop = new AbortController();
  teardown.add(() => keeper?.save());
  await composed.start();
  const { looping, firstTick } = startLoop(loop, stop.signal, (at) => {
    keeper?.ticked(at);
    void cluster?.actuator?.ticked();
  });
  teardown.add(async () => {
    stop.abort();
    await looping.catch(() => {});
  });
  const reload = (set: PolicySet): void => applyReload({ ...core, ...input, set, at: composed.clock.now() });
  teardown.add(input.policies.watch(reload));
  const never = new Promise<never>(() => {});
  const dethroned = cluster === null ? never : lead(core, cluster, grpc);
  const finished = Promise.race([looping, grpc.broken, dethroned, composed.ended ?? never]);
  finished.catch(() => {
    life.stage = "broken";
  });
  await Promise.race([firstTick, finished]);
  grpc.setServing(notLeading(core) === null);
  await grpc.settled();
  life.stage = "ready";
  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    registry,
    clock: composed.clock,
    finished,
    stop: () => {
      life.stage = "draining";
      grpc.setServing(false);
      return teardown.run();
    },
  };
}

/** Rejects once another process leads after this one did. */
function lead(core: Core, cluster: ComposedCluster, grpc: RpcFront): Promise<never> {
  const { input, registry, composed, keeper, telemetry, life } = core;
  return followLeadership({
    cluster,
    keeper,
    registry,
    now: () => composed.clock.now(),
    endsWhenReplaced: !writes(input),
    changed(isLeader) {
      telemetry.cluster.leader(isLeader);
      if (life.stage === "ready") grpc.setServing(notLeading(core) === null);
    },
  });
}

function startLoop(
  loop: TickLoop,
  signal: AbortSignal,
  ticked: (at: Instant) => void,
): { readonly looping: Promise<void>; readonly firstTick: Promise<void> } {
  let markFirst: () => void = () => {};
  const firstTick = new Promise<void>((done) => {
    markFirst = done;
  });
  const looping = loop.run(signal, (at) => {
    ticked(at);
    markFirst();
  });
  return { looping, firstTick };
}
