// KEDA up to 2.16: it knows the integers of the protocol, not the floats.

import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { onTestFinished } from "vitest";

type OldCall = (method: "GetMetricSpec" | "GetMetrics", request: object) => Promise<unknown>;

const TEXT = { type: "string" };
const method = (requestType: string, responseType: string) => ({ requestType, responseType, comment: "" });

/** The messages as they were before KEDA 2.17. */
const MESSAGES = {
  ScaledObjectRef: {
    fields: {
      name: { ...TEXT, id: 1 },
      namespace: { ...TEXT, id: 2 },
      scalerMetadata: { keyType: "string", type: "string", id: 3 },
    },
  },
  MetricSpec: { fields: { metricName: { ...TEXT, id: 1 }, targetSize: { type: "int64", id: 2 } } },
  MetricValue: { fields: { metricName: { ...TEXT, id: 1 }, metricValue: { type: "int64", id: 2 } } },
  GetMetricSpecResponse: { fields: { metricSpecs: { rule: "repeated", type: "MetricSpec", id: 1 } } },
  GetMetricsResponse: { fields: { metricValues: { rule: "repeated", type: "MetricValue", id: 1 } } },
  GetMetricsRequest: {
    fields: { scaledObjectRef: { type: "ScaledObjectRef", id: 1 }, metricName: { ...TEXT, id: 2 } },
  },
};
const SERVICE = {
  ExternalScaler: {
    methods: {
      GetMetricSpec: method("ScaledObjectRef", "GetMetricSpecResponse"),
      GetMetrics: method("GetMetricsRequest", "GetMetricsResponse"),
    },
  },
};

/** Returns a call of an old client, which closes with the test. */
export function oldKedaClient(port: number): OldCall {
  const nested = { externalscaler: { nested: { ...MESSAGES, ...SERVICE } } };
  const service = fromJSON({ nested }, { longs: Number })["externalscaler.ExternalScaler"];
  if (service === undefined || "format" in service) throw new Error("the definition has no such service");
  const constructor = makeGenericClientConstructor(service, "ExternalScaler");
  const client = new constructor(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
  });
  return (name, request) => {
    const definition = service[name];
    if (definition === undefined) throw new Error(`the old protocol has no ${name}`);
    const { path, requestSerialize, responseDeserialize } = definition;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  };
}
