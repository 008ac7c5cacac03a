// A double of KEDA: it calls an external scaler in KEDA's order and reads answers as KEDA does.

import {
  type ChannelCredentials,
  type ClientReadableStream,
  credentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import type { ExternalScalerClient } from "../../src/keda/generated/externalscaler/ExternalScaler.ts";
import type { GetMetricSpecResponse__Output as SpecResponse } from "../../src/keda/generated/externalscaler/GetMetricSpecResponse.ts";
import type { GetMetricsResponse__Output as MetricsResponse } from "../../src/keda/generated/externalscaler/GetMetricsResponse.ts";
import type { IsActiveResponse__Output as ActiveResponse } from "../../src/keda/generated/externalscaler/IsActiveResponse.ts";
import { loadExternalScalerProto } from "../../src/keda/proto.ts";

/** A ScaledObject's trigger, as KEDA passes it on. */
export type Trigger = {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
};

/** What a call came to: an answer, or a status and its text. */
export type Outcome<Answer> =
  | { readonly answer: Answer }
  | { readonly code: string; readonly details: string };

/** One poll of KEDA's scale loop. */
export type Poll = {
  readonly calls: readonly string[];
  readonly value: number | null;
  readonly active: boolean;
};

/** Returns the trigger of ScaledObject ai-inference/embedder for policy `embedder`, with the metadata KEDA adds. */
export function buildTrigger(metadata: Readonly<Record<string, string>> = { policy: "embedder" }): Trigger {
  const scalerMetadata = { scalerAddress: "tidemark.keda:6000", ...metadata };
  return { name: "embedder", namespace: "ai-inference", scalerMetadata };
}

/** Messages and end of a stream, as they come. */
export class StreamLog<Message> {
  readonly messages: Message[] = [];
  /** How it ended: `OK`, or another status with its text. */
  end: string | null = null;
  readonly #call: ClientReadableStream<Message>;
  #wake: () => void = () => undefined;

  constructor(call: ClientReadableStream<Message>) {
    this.#call = call;
    call.on("data", (message: Message) => {
      this.messages.push(message);
      this.#wake();
    });
    call.on("status", ({ code, details }) => {
      this.end = code === status.OK ? "OK" : `${status[code]} ${details}`;
      this.#wake();
    });
    call.on("error", () => undefined);
  }

  /** Resolves as soon as `holds` does; the test's own time limit is the only one. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves with how the stream ended. */
  async ended(): Promise<string> {
    await this.until(() => this.end !== null);
    return this.end ?? "";
  }

  cancel(): void {
    this.#call.cancel();
  }
}

export class KedaClient {
  readonly #client: ExternalScalerClient;

  constructor(port: number, channel: ChannelCredentials = credentials.createInsecure()) {
    const { clientConstructor } = loadExternalScalerProto();
    // Its own connection each time, never one left over from another client.
    this.#client = new clientConstructor(`127.0.0.1:${port}`, channel, {
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  getMetricSpec(trigger: Trigger): Promise<Outcome<SpecResponse>> {
    return outcomeOf((done) => this.#client.getMetricSpec(trigger, done));
  }

  getMetrics(trigger: Trigger, metricName = "desired-replicas"): Promise<Outcome<MetricsResponse>> {
    return outcomeOf((done) => this.#client.getMetrics({ scaledObjectRef: trigger, metricName }, done));
  }

  isActive(trigger: Trigger): Promise<Outcome<ActiveResponse>> {
    return outcomeOf((done) => this.#client.isActive(trigger, done));
  }

  streamIsActive(trigger: Trigger): StreamLog<ActiveResponse> {
    return new StreamLog(this.#client.streamIsActive(trigger));
  }

  streamMetricSpec(trigger: Trigger): StreamLog<SpecResponse> {
    return new StreamLog(this.#client.streamMetricSpec(trigger));
  }

  /** GetMetricSpec, then for each spec GetMetrics and IsActive; the float counts if above 0, else the integer. */
  async poll(trigger: Trigger): Promise<Poll> {
    const calls = ["GetMetricSpec"];
    const spec = await this.getMetricSpec(trigger);
    if (!("answer" in spec)) return { calls, value: null, active: false };
    let value: number | null = null;
    let active = false;
    for (const { metricName } of spec.answer.metricSpecs) {
      calls.push("GetMetrics");
      const metrics = await this.getMetrics(trigger, metricName);
      if (!("answer" in metrics)) break;
      calls.push("IsActive");
      const activity = await this.isActive(trigger);
      if (!("answer" in activity)) break;
      for (const { metricValue, metricValueFloat } of metrics.answer.metricValues) {
        value = (value ?? 0) + (metricValueFloat > 0 ? metricValueFloat : metricValue);
      }
      active ||= activity.answer.result;
    }
    return { calls, value, active };
  }

  close(): void {
    this.#client.close();
  }
}

function outcomeOf<Answer>(
  call: (done: (error: ServiceError | null, answer?: Answer) => void) => unknown,
): Promise<Outcome<Answer>> {
  return new Promise((resolve) => {
    call((error, answer) => {
      if (error !== null) resolve({ code: status[error.code] ?? "", details: error.details });
      else if (answer !== undefined) resolve({ answer });
    });
  });
}
