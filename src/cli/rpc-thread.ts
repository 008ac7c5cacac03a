// The ticking end: keeps a gRPC server in a thread of its own told of every answer, so that neither a tick's work nor
// collecting its garbage ever holds up a call.

import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";

import { type PublishedRecord, publishedEntry, publishedRecord } from "../control/published.ts";
import type { Registry } from "../control/registry.ts";
import { assertNever } from "../domain/assert.ts";
import type { ScalerServer } from "../keda/server.ts";
import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry } from "../ports/telemetry.ts";
import { addCounts } from "./call-tally.ts";
import { reasonOf } from "./command-error.ts";
import type { FromRpc, Line, RpcSettings, ToRpc } from "./rpc-messages.ts";

export type RpcNeeds = {
  readonly registry: Registry;
  readonly telemetry: CallTelemetry;
  readonly logger: Logger;
};

/** The server as the service sees it, wherever it runs. */
export type RpcFront = ScalerServer & {
  /** Rejects if it ends by itself. */
  readonly broken: Promise<never>;
  /** Resolves once every answer published so far is given. */
  settled(): Promise<void>;
  /** Returns the longest delay of its event loop in seconds since it was last asked for. */
  takeLagSeconds(): number;
};

/** Of the answering thread, which holds little: small collections are short ones. */
const HEAP = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/** Built files end in .js, sources in .ts: the thread runs what this one does. */
const ENTRY = new URL(import.meta.url.replace(/rpc-thread(\.[jt]s)/, "rpc-worker$1"));

/** Starts the server in a thread of its own. Rejects where it cannot listen. */
export async function startRpcThread(settings: RpcSettings, needs: RpcNeeds): Promise<RpcFront> {
  // Threads share the helpers that collect garbage: the small collections of this one would wait for the others' large ones.
  setFlagsFromString("--no-parallel-scavenge");
  const worker = new Worker(ENTRY, { workerData: settings, name: "rpc", resourceLimits: HEAP });
  const broken = new Promise<never>((_, reject) => {
    worker.once("error", (error) => {
      reject(new Error(`the thread that answers calls broke: ${reasonOf(error)}`, { cause: error }));
    });
    worker.once("exit", (code) => {
      reject(new Error(`the thread that answers calls ended with code ${code}`));
    });
  });
  broken.catch(() => {});
  const line: Line<ToRpc, FromRpc> = {
    send: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on("message", listener),
  };
  const front = await Promise.race([frontOver(line, needs), broken]).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  needs.logger.info({}, "calls are answered in a thread of their own");
  return {
    ...front,
    broken,
    settled: () => Promise.race([front.settled(), broken]),
    async drain(timeout) {
      await Promise.race([front.drain(timeout), broken.catch(() => {})]);
      await worker.terminate();
    },
  };
}

/** Returns the server at the other end of `line`, once it listens; tells it of all policies and records from now on. */
export async function frontOver(
  line: Line<ToRpc, FromRpc>,
  { registry, telemetry, logger }: RpcNeeds,
): Promise<Omit<RpcFront, "broken">> {
  const waiting: Readonly<Record<"synced" | "drained", (() => void)[]>> = { synced: [], drained: [] };
  let lagSeconds = 0;
  const stops = followRegistry(registry, line);
  const port = await new Promise<number>((resolve, reject) => {
    line.onMessage((message) => {
      switch (message.kind) {
        case "listening":
          return resolve(message.port);
        case "refused":
          return reject(new Error(message.message));
        case "counts":
          lagSeconds = Math.max(lagSeconds, message.counts.lagSeconds);
          return addCounts(telemetry, message.counts);
        case "log":
          return logger[message.level](message.fields, message.message);
        case "synced":
          return waiting.synced.shift()?.();
        case "drained":
          return waiting.drained.shift()?.();
        default:
          return assertNever(message);
      }
    });
  });
  const answered = (kind: keyof typeof waiting): Promise<void> =>
    new Promise((resolve) => void waiting[kind].push(resolve));
  return {
    port,
    setServing: (serving) => line.send({ kind: "serving", serving }),
    settled() {
      stops.flush();
      line.send({ kind: "sync" });
      return answered("synced");
    },
    takeLagSeconds() {
      const longest = lagSeconds;
      lagSeconds = 0;
      return longest;
    },
    async drain(timeout) {
      line.send({ kind: "drain", timeout });
      await answered("drained");
      stops.stop();
    },
  };
}

/** Sends the policies whenever they change, and records as they are published, those of one turn together. */
function followRegistry(
  registry: Registry,
  line: Line<ToRpc, FromRpc>,
): { readonly flush: () => void; readonly stop: () => void } {
  let pending: PublishedRecord[] = [];
  const flush = (): void => {
    if (pending.length > 0) line.send({ kind: "records", records: pending });
    pending = [];
  };
  const sendPolicies = (): void => {
    flush();
    line.send({ kind: "policies", entries: registry.entries().map(publishedEntry) });
  };
  const stopRecords = registry.onRecord((record) => {
    if (pending.length === 0) setImmediate(flush);
    pending.push(publishedRecord(record));
  });
  const stopPolicies = registry.onPolicies(sendPolicies);
  sendPolicies();
  return {
    flush,
    stop: () => {
      stopRecords();
      stopPolicies();
    },
  };
}
