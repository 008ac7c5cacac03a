// A scaler server on a free loopback port with scripted time, and KEDA's client to it; both close with the test.

import { onTestFinished } from "vitest";
import { Registry } from "../../src/control/registry.ts";
import { initialState } from "../../src/domain/state.ts";
import { type Millis, millis, seconds } from "../../src/domain/units.ts";
import { type ScalerServer, type ScalerServerOptions, startScalerServer } from "../../src/keda/server.ts";
import { KedaClient } from "./keda-client.ts";
import { RecordingLogger, RecordingTelemetry } from "./recording-telemetry.ts";
import { buildRecord, fillRegistry, RECORD_AT, type RecordParts } from "./registry-builder.ts";
import { ScriptedTime } from "./scripted-time.ts";

export type ScalerRig = {
  readonly server: ScalerServer;
  readonly keda: KedaClient;
  readonly time: ScriptedTime;
  readonly registry: Registry;
  readonly telemetry: RecordingTelemetry;
  readonly logger: RecordingLogger;
  /** Publishes a record of ai-inference/embedder at the present scripted instant. */
  tick(parts?: RecordParts): void;
};

/** Starts a server for ai-inference/embedder, whose last record answers 7 unless `record` says otherwise (null: none). */
export async function startRig({
  record = {},
  ...options
}: Partial<ScalerServerOptions> & {
  readonly record?: RecordParts | null;
} = {}): Promise<ScalerRig> {
  const time = new ScriptedTime(RECORD_AT);
  const registry = fillRegistry(new Registry(), { records: record === null ? [] : [buildRecord(record)] });
  const telemetry = new RecordingTelemetry();
  const logger = new RecordingLogger();
  const server = await startScalerServer({
    address: "127.0.0.1:0",
    deadline: seconds(1),
    maxMessageBytes: 65_536,
    reflection: false,
    registry,
    clock: time,
    tickInterval: seconds(1),
    telemetry,
    logger,
    timers: time,
    ...options,
  });
  server.setServing(true);
  const keda = new KedaClient(server.port);
  const none: Millis = millis(0);
  onTestFinished(async () => {
    keda.close();
    await server.drain(none);
  });
  const tick = (parts: RecordParts = {}): void => {
    const next = buildRecord({ ...parts, at: time.now() });
    registry.publish(next.policy, initialState(), next);
  };
  return { server, keda, time, registry, telemetry, logger, tick };
}
