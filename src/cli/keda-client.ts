// A client that asks as KEDA does: the metric's spec once, then activity and value at every poll.

import { credentials, type requestCallback, type ServiceError } from "@grpc/grpc-js";

import { METRIC_NAME } from "../control/answer.ts";
import { loadExternalScalerProto } from "../keda/proto.ts";

const CALL_TIMEOUT_MS = 1000;

/** What a poll was answered, or why it was not. */
export type KedaAnswer =
  | { readonly ok: true; readonly active: boolean; readonly replicas: number }
  | { readonly ok: false; readonly problem: string };

export type KedaClient = {
  /** Asks in KEDA's order. Never rejects. */
  poll(): Promise<KedaAnswer>;
  close(): void;
};

/** Returns a client for the policy `name` of a ScaledObject in `namespace`. */
export function kedaClient(
  address: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): KedaClient {
  const { clientConstructor } = loadExternalScalerProto();
  const client = new clientConstructor(address, credentials.createInsecure());
  const scaledObjectRef = { name, namespace, scalerMetadata: { policy: name } };
  const options = (): { deadline: number } => ({ deadline: Date.now() + CALL_TIMEOUT_MS });
  let metricName: string | null = null;
  const poll = async (): Promise<KedaAnswer> => {
    if (metricName === null) {
      const spec = await called<{ metricSpecs: { metricName: string }[] }>((done) =>
        client.GetMetricSpec(scaledObjectRef, options(), done),
      );
      metricName = spec.metricSpecs[0]?.metricName ?? METRIC_NAME;
    }
    const { result: active } = await called<{ result: boolean }>((done) =>
      client.IsActive(scaledObjectRef, options(), done),
    );
    const asked = { scaledObjectRef, metricName };
    const { metricValues } = await called<{ metricValues: { metricValueFloat: number }[] }>((done) =>
      client.GetMetrics(asked, options(), done),
    );
    return { ok: true, active, replicas: metricValues[0]?.metricValueFloat ?? Number.NaN };
  };
  return {
    poll: () =>
      poll().catch((error: unknown) => ({
        ok: false,
        problem: error instanceof Error ? error.message : String(error),
      })),
    close: () => client.close(),
  };
}

function called<Answer>(start: (done: requestCallback<Answer>) => unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    start((error: ServiceError | null, answer?: Answer) => {
      if (error !== null || answer === undefined) reject(error ?? new Error("no answer"));
      else resolve(answer);
    });
  });
}
