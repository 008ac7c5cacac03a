// The answering end: a gRPC server over a copy of the answers, told of them over a line.

import { EventLoopLag } from "../adapters/event-loop-lag.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { PublishedCopy } from "../control/published.ts";
import { assertNever } from "../domain/assert.ts";
import { type ScalerServer, startScalerServer } from "../keda/server.ts";
import type { Logger } from "../ports/logger.ts";
import { CallTally } from "./call-tally.ts";
import { reasonOf } from "./command-error.ts";
import { openTls } from "./grpc-certificates.ts";
import type { FromRpc, Line, RpcSettings, ToRpc } from "./rpc-messages.ts";

/** How old our metrics may be of what was counted here. */
const COUNTS_EVERY_MS = 250;

/** Serves until it is told to drain; says over the line when it listens, or why it cannot. */
export async function serveRpc(line: Line<FromRpc, ToRpc>, settings: RpcSettings): Promise<void> {
  const copy = new PublishedCopy();
  const tally = new CallTally();
  const lag = new EventLoopLag();
  const sendCounts = (): void => line.send({ kind: "counts", counts: tally.take(lag.takeSeconds()) });
  const shared = { clock: systemClock(), telemetry: tally, logger: sendingLogger(line) };
  const opening = openTls(settings.tls, shared);
  const started = opening.then(({ tls }) =>
    startScalerServer({ ...settings, ...shared, registry: copy, tls }),
  );
  const counting = setInterval(sendCounts, COUNTS_EVERY_MS);
  const drain = async (
    server: ScalerServer,
    timeout: Parameters<ScalerServer["drain"]>[0],
  ): Promise<void> => {
    await server.drain(timeout);
    (await opening).close();
    clearInterval(counting);
    sendCounts();
    lag.close();
    line.send({ kind: "drained" });
  };
  line.onMessage((message) => {
    switch (message.kind) {
      case "policies":
        return copy.replace(message.entries);
      case "records":
        for (const record of message.records) copy.publish(record);
        return undefined;
      case "serving":
        return void started.then((server) => server.setServing(message.serving));
      case "drain":
        return void started.then((server) => drain(server, message.timeout));
      case "sync":
        return void started.then(() => line.send({ kind: "synced" }));
      default:
        return assertNever(message);
    }
  });
  try {
    const { port } = await started;
    line.send({ kind: "listening", port });
  } catch (error) {
    clearInterval(counting);
    lag.close();
    line.send({ kind: "refused", message: reasonOf(error) });
  }
}

/** A logger whose lines are written where the others are. */
function sendingLogger(line: Line<FromRpc, ToRpc>): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error"): Logger[typeof level] =>
    (fields, message) => {
      line.send({ kind: "log", level, fields, message });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
