// The part of the table of scenario fields that describes workloads, their models and their traffic.

import type { FieldEntry } from "./field-entry.ts";

/** The fields of each workload by their path. */
export const WORKLOAD_FIELDS = {
  "spec.workloads[].namespace": { meaning: "Namespace of the workload.", why: "Required." },
  "spec.workloads[].name": { meaning: "Name of the workload; a policy's target names it.", why: "Required." },
  "spec.workloads[].kind": {
    meaning: "Deployment or StatefulSet: how its pods are named, and which of them goes first.",
    default: "Deployment",
    why: "The usual one.",
  },
  "spec.workloads[].replicas": { meaning: "How many replicas there are.", why: "Required." },
  "spec.workloads[].replicas.initial": { meaning: "Replicas that are ready at t = 0.", why: "Required." },
  "spec.workloads[].gpusPerReplica": {
    meaning: "GPUs of one replica; 0 for servers on CPUs.",
    default: 1,
    why: "Usual for one model.",
  },
  "spec.workloads[].gpuMemory": {
    meaning: "GPU memory of each ready replica, constant; null = it is not measured, as always on CPUs.",
    default: { total: "80Gi", used: "40Gi" },
    why: "Half full: no guard is in the way.",
  },
  "spec.workloads[].gpuMemory.total": { meaning: "Size of the memory.", why: "Required." },
  "spec.workloads[].gpuMemory.used": { meaning: "How much of it is in use.", why: "Required." },
  "spec.workloads[].latencySummaries": {
    meaning: "Whether the servers publish latency quantiles (Triton's `summary_latencies`).",
    default: true,
    why: "The latency signal needs them, and policies that declare it should work.",
  },
  "spec.workloads[].pool": {
    meaning: "Which of `cluster.pools` its replicas go to; null = the first.",
    default: null,
    why: "Most clusters have one kind of GPU.",
  },
  "spec.workloads[].startup": {
    meaning: "The stages from asked for to ready, each a span.",
    default: {},
    why: "See its fields.",
  },
  "spec.workloads[].startup.scheduling": {
    meaning: "From asked for to a place on a node that has room.",
    default: "1s",
    why: "The scheduler's usual latency.",
  },
  "spec.workloads[].startup.imagePull": {
    meaning: "Pulling the image.",
    default: "0s",
    why: "Nodes that serve a model have it.",
  },
  "spec.workloads[].startup.modelLoad": {
    meaning: "Starting the server and loading its models.",
    default: { p50: "25s", p95: "60s" },
    why: "A model of a few gigabytes from a warm disk.",
  },
  "spec.workloads[].startup.readinessProbe": {
    meaning: "The probe that finds a started server ready.",
    default: {},
    why: "See its field.",
  },
  "spec.workloads[].startup.readinessProbe.period": {
    meaning: "Time between its looks.",
    default: "10s",
    why: "Kubernetes' default.",
  },
  "spec.workloads[].shutdown": { meaning: "How a replica goes.", default: {}, why: "See its fields." },
  "spec.workloads[].shutdown.preStop": {
    meaning: "It still serves this long, without new requests from the balancer.",
    default: "5s",
    why: "Until every balancer has noticed.",
  },
  "spec.workloads[].shutdown.exitTimeout": {
    meaning: "Then it has this long for what it holds; what is left fails.",
    default: "30s",
    why: "Triton's `--exit-timeout-secs`.",
  },
  "spec.workloads[].balancer": {
    meaning: "How requests find a replica.",
    default: {},
    why: "See its fields.",
  },
  "spec.workloads[].balancer.kind": {
    meaning: "`roundRobin`, `leastOutstanding`, `powerOfTwo` or `random`.",
    default: "roundRobin",
    why: "What most meshes and proxies do first.",
  },
  "spec.workloads[].balancer.pinned": {
    meaning:
      "Clients' connections that stay with their replica until they break: new replicas get nothing before. Null = none.",
    default: null,
    why: "A balancer of requests, not of connections.",
  },
  "spec.workloads[].balancer.pinned.connections": {
    meaning: "How many connections there are; each carries an equal share of the requests.",
    why: "Required.",
  },
  "spec.workloads[].balancer.pinned.lifetime": {
    meaning: "How long a connection lives: a span.",
    why: "Required.",
  },
  "spec.workloads[].models": { meaning: "The models that each replica serves.", why: "Required." },
  "spec.workloads[].models[].name": {
    meaning: "Triton's label `model`: the name in the repository.",
    why: "Required.",
  },
  "spec.workloads[].models[].batching": {
    meaning: "Triton's scheduler, with the names of config.pbtxt.",
    why: "Either this or `engine`.",
  },
  "spec.workloads[].models[].batching.maxBatchSize": {
    meaning: "Largest batch; 0 = the default scheduler: one request an execution.",
    why: "Required.",
  },
  "spec.workloads[].models[].batching.instances": {
    meaning: "Executions at a time.",
    default: 1,
    why: "Triton's.",
  },
  "spec.workloads[].models[].batching.maxQueueDelay": {
    meaning: "How long a request may wait for a larger batch.",
    default: "0s",
    why: "Triton's.",
  },
  "spec.workloads[].models[].batching.preferredBatchSizes": {
    meaning: "Batch sizes that go out without waiting for more.",
    default: [],
    why: "Triton's.",
  },
  "spec.workloads[].models[].batching.maxQueueSize": {
    meaning: "Most requests in the queue; more are rejected. 0 = no bound.",
    default: 0,
    why: "Triton's.",
  },
  "spec.workloads[].models[].batching.queueTimeout": {
    meaning: "How long a request may wait in the queue. 0s = for ever.",
    default: "0s",
    why: "Triton's.",
  },
  "spec.workloads[].models[].batching.timeoutAction": {
    meaning: "What becomes of one that has waited longer: `reject`, or `delay` behind the others.",
    default: "reject",
    why: "Triton's.",
  },
  "spec.workloads[].models[].engine": {
    meaning: "An engine that takes requests one by one as they come (LLM back ends) in place of a batcher.",
    why: "Either this or `batching`.",
  },
  "spec.workloads[].models[].engine.maxConcurrency": {
    meaning: "Most requests in it at a time.",
    why: "Required.",
  },
  "spec.workloads[].models[].service": { meaning: "How long executions take.", why: "Required." },
  "spec.workloads[].models[].service.executionTime": {
    meaning:
      "By batch size, as `{ 1: 100ms, 4: 160ms }`, linear between the points and beyond the last as between the last two; or `{ base: 5ms, perItem: 1ms }`. With `engine` each request takes the time of batch size 1, longer by `gpuContention` for each other one in it.",
    why: "Required: measure it.",
  },
  "spec.workloads[].models[].service.spread": {
    meaning: "Coefficient of variation of one execution.",
    default: 0,
    why: "A GPU does the same work in the same time; answers of different lengths do not take it.",
  },
  "spec.workloads[].models[].service.gpuContention": {
    meaning: "How many times as long for each further execution that is active on that GPU; 1 = as long.",
    default: 1,
    why: "Measure it where instances share a GPU.",
  },
  "spec.workloads[].models[].service.overhead": {
    meaning: "Network and front end, added to each latency; Triton does not see it.",
    default: "0ms",
    why: "It is the client's to know.",
  },
  "spec.workloads[].models[].traffic": {
    meaning: "Streams of requests, superposed; each is generated or read from a trace.",
    why: "Required; an empty list is none.",
  },
  "spec.workloads[].models[].traffic[].generator": {
    meaning: "How arrivals are drawn: `constant`, `poisson`, `gamma`, `weibull` or `onoff`.",
    why: "Either this or `trace`.",
  },
  "spec.workloads[].models[].traffic[].cv": {
    meaning: "With `gamma` and `weibull`: coefficient of variation of the gaps; 1 = as poisson.",
    why: "Required with them.",
  },
  "spec.workloads[].models[].traffic[].onRate": {
    meaning: "With `onoff`: requests/s while on.",
    why: "Required with it.",
  },
  "spec.workloads[].models[].traffic[].onMean": {
    meaning: "With `onoff`: mean time on, exponential.",
    why: "Required with it.",
  },
  "spec.workloads[].models[].traffic[].offMean": {
    meaning: "With `onoff`: mean time off, exponential.",
    why: "Required with it.",
  },
  "spec.workloads[].models[].traffic[].phases": {
    meaning:
      "One after another; no traffic after the last. With `onoff` they may be left out: it then lasts as long as the scenario.",
    why: "Required but with `onoff`.",
  },
  "spec.workloads[].models[].traffic[].phases[].for": { meaning: "How long it lasts.", why: "Required." },
  "spec.workloads[].models[].traffic[].phases[].rate": {
    meaning: "Requests/s: a number, or `[a, b]` going from one to the other.",
    why: "Required.",
  },
  "spec.workloads[].models[].traffic[].trace": {
    meaning: "Arrivals of a file.",
    why: "Either this or `generator`.",
  },
  "spec.workloads[].models[].traffic[].trace.path": {
    meaning: "The file or, of a recording, its folder; relative to the scenario's file.",
    why: "Required.",
  },
  "spec.workloads[].models[].traffic[].trace.format": {
    meaning:
      "`recording`, `azure-llm`, `mooncake`, `servegen`, `counts-per-second`, `counts-per-minute` or `tidemark`.",
    why: "Required: a file does not say.",
  },
  "spec.workloads[].models[].traffic[].trace.from": {
    meaning: "Where in the trace to begin.",
    default: "0s",
    why: "At its beginning.",
  },
  "spec.workloads[].models[].traffic[].trace.for": {
    meaning: "How much of it to take; null = all to its end.",
    default: null,
    why: "The scenario's duration ends it anyway.",
  },
  "spec.workloads[].models[].traffic[].trace.multiply": {
    meaning: "How many times its rate, by drawing; its times are never stretched.",
    default: 1,
    why: "As it is.",
  },
  "spec.workloads[].models[].traffic[].trace.thin": {
    meaning: "The share of its arrivals that is kept.",
    default: 1,
    why: "All.",
  },
  "spec.workloads[].models[].requestBatch": {
    meaning: "Batch dimension of a request → its share of the requests; the shares sum to 1.",
    default: { "1": 1 },
    why: "One item a request.",
  },
} as const satisfies Record<string, FieldEntry>;
