// Rules on the triggers and metrics that autoscalers act on.

import { type Autoscaler, prometheusTriggers, scaledPods, type Trigger, triggersOf } from "../autoscalers.ts";
import { canBeMany, isLatency, sourcesOf } from "../cardinality.ts";
import { isGpuMemory, isServerMetric, PENDING } from "../families.ts";
import { below, type Field, isPresent, items, numberOf, scalarText, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue, wrongWithin } from "../found.ts";
import type { LintInput } from "../input.ts";
import { selectorsOf } from "../promql.ts";
import { adapterRules } from "../queries.ts";
import { readPromql } from "../read-promql.ts";
import type { Rule } from "../rule.ts";

type Read = Trigger & { readonly tree: ReturnType<typeof readPromql>; readonly autoscaler: Autoscaler };

/** Every Prometheus trigger with its query, read. */
function readTriggers({ autoscalers }: LintInput): readonly Read[] {
  return autoscalers.flatMap((autoscaler) =>
    prometheusTriggers(autoscaler).flatMap((trigger) => {
      const text = textOf(trigger.query);
      return text === null ? [] : [{ ...trigger, tree: readPromql(text), autoscaler }];
    }),
  );
}

const severalSeries: Rule = {
  code: "TM024",
  title: "trigger whose query gives several series",
  severity: "error",
  visible: true,
  find: (input) =>
    readTriggers(input)
      .filter(
        ({ tree }) => canBeMany(tree) === true && selectorsOf(tree).some(({ name }) => isServerMetric(name)),
      )
      .map(({ query, tree }) =>
        wrongWithin(
          query,
          tree.from,
          "the query gives one series a pod (and version, and GPU), and KEDA takes more than one for an error; wrap it in sum(), each side of a ratio for itself",
        ),
      ),
};

const averagedLatency: Rule = {
  code: "TM025",
  title: "latency divided by the number of replicas",
  severity: "error",
  visible: true,
  find: (input) => [
    ...readTriggers(input)
      .filter(({ tree }) => isLatency(tree))
      .flatMap(({ field }) => {
        const type = below(field, "metricType");
        if (!["AverageValue", null].includes(textOf(type))) return [];
        const message = `metricType is AverageValue${isPresent(type) ? "" : " (the default)"}, which divides the latency by the number of replicas; set metricType: Value`;
        return [isPresent(type) ? wrongValue(type, message) : wrongKey(field, message)];
      }),
    ...externalMetrics(input).flatMap(({ name, target }) => {
      const type = below(target, "type");
      if (
        textOf(type) !== "AverageValue" ||
        !/latency|duration|queue_time|(^|_)p9[059]/i.test(textOf(name) ?? "")
      )
        return [];
      return [
        wrongValue(
          type,
          `target.type is AverageValue, which divides the latency "${textOf(name)}" by the number of replicas; set type: Value`,
        ),
      ];
    }),
  ],
};

type HpaMetric = { readonly name: Field; readonly target: Field; readonly autoscaler: Autoscaler };

function metricsOf({ autoscalers }: LintInput, sources: readonly string[]): readonly HpaMetric[] {
  return autoscalers
    .filter(({ kind }) => kind === "HorizontalPodAutoscaler")
    .flatMap((autoscaler) =>
      items(below(autoscaler.spec, "metrics")).flatMap((metric) =>
        sources.flatMap((source) => {
          const name = below(metric, source, "metric", "name");
          return isPresent(name) ? [{ name, target: below(metric, source, "target"), autoscaler }] : [];
        }),
      ),
    );
}

function externalMetrics(input: LintInput): readonly HpaMetric[] {
  return metricsOf(input, ["external"]);
}

const metricName: Rule = {
  code: "TM026",
  title: "metricName of a trigger",
  severity: "warning",
  visible: true,
  find: ({ autoscalers }) =>
    autoscalers
      .flatMap(prometheusTriggers)
      .map(({ metadata }) => below(metadata, "metricName"))
      .filter(isPresent)
      .map((name) => wrongKey(name, "metricName has had no meaning since KEDA 2.12; drop it")),
};

const outageIsZero: Rule = {
  code: "TM027",
  title: "outage of Prometheus read as no load",
  severity: "warning",
  visible: true,
  find: ({ autoscalers }) =>
    autoscalers
      .filter(({ kind }) => kind === "ScaledObject")
      .flatMap((autoscaler) => [
        ...prometheusTriggers(autoscaler).flatMap(({ metadata }) => nullValues(metadata)),
        ...fallback(autoscaler),
      ]),
};

function nullValues(metadata: Field): readonly Found[] {
  const ignore = below(metadata, "ignoreNullValues");
  if (scalarText(ignore) === "false") return [];
  const message = `ignoreNullValues is "true"${isPresent(ignore) ? "" : " (the default)"}: an empty result counts as 0, so an outage scales in; set ignoreNullValues: "false"`;
  return [isPresent(ignore) ? wrongValue(ignore, message) : wrongKey(metadata, message)];
}

function fallback({ spec }: Autoscaler): readonly Found[] {
  const watched = triggersOf(spec).some(({ field }) =>
    ["prometheus", "external", "external-push"].includes(textOf(below(field, "type")) ?? ""),
  );
  const given = below(spec, "fallback");
  const replicas = below(given, "replicas");
  if (!watched || (isPresent(given) && numberOf(replicas) !== 0)) return [];
  if (isPresent(given))
    return [
      wrongValue(
        replicas,
        "fallback.replicas is 0, so the fallback of an outage is to scale to zero; give at least 1",
      ),
    ];
  return [
    wrongKey(
      spec,
      "no fallback: when the metrics are gone, so is every decision; give failureThreshold, replicas and behavior: currentReplicasIfHigher",
    ),
  ];
}

/** Back ends that take requests at once and queue them inside. */
const EARLY_TAKER = /trt-?_?llm|tensorrt-?_?llm|vllm/i;
const EARLY_BACKENDS = new Set(["tensorrtllm", "vllm", "ensemble"]);

const emptyQueue: Rule = {
  code: "TM030",
  title: "pending requests of a back end that queues inside",
  severity: "error",
  visible: true,
  find: (input) => [...pendingQueries(input), ...pendingMetrics(input)],
};

const NOT_SHOWN =
  "it takes requests at once and queues them inside, so Triton's pending count stays near 0 under any load; use nv_trt_llm_request_metrics{request_type=\"waiting\"}, the engine's own metrics, or for an ensemble its composing models";

function pendingQueries(input: LintInput): readonly Found[] {
  const early = new Set(
    input.models.filter(({ backend }) => EARLY_BACKENDS.has(backend)).map(({ name }) => name),
  );
  const targets = new Map(
    input.autoscalers.flatMap((autoscaler) =>
      prometheusTriggers(autoscaler).map(
        ({ query }) => [query.value, earlyTarget(autoscaler, input)] as const,
      ),
    ),
  );
  return input.queries.flatMap(({ field, from, tree, use }) =>
    selectorsOf(tree)
      .filter(({ name }) => name === PENDING)
      .flatMap((selector) => {
        const models = selector.matchers.filter(({ name }) => name === "model" || name === "model_name");
        const named = models.find(
          ({ value }) => EARLY_TAKER.test(value) || value === "ensemble" || early.has(value),
        );
        const target = use === "trigger" ? (targets.get(field.value) ?? null) : null;
        const what = named === undefined ? target : `model "${named.value}"`;
        return what === null
          ? []
          : [wrongWithin(field, from + selector.from, `${PENDING} of ${what}: ${NOT_SHOWN}`)];
      }),
  );
}

/** What is scaled, if its name, image or model says that it is such a back end. */
function earlyTarget(autoscaler: Autoscaler, { pods }: LintInput): string | null {
  const { target } = autoscaler;
  if (EARLY_TAKER.test(target.name)) return `"${target.name}"`;
  const container = scaledPods(autoscaler, pods)
    .flatMap(({ containers }) => containers)
    .find(({ image, isTriton }) => isTriton && EARLY_TAKER.test(image));
  return container === undefined ? null : `"${target.name}", which runs ${container.image}`;
}

function pendingMetrics(input: LintInput): readonly Found[] {
  const renamed = input.fragments
    .flatMap(adapterRules)
    .filter((rule) => (textOf(below(rule, "seriesQuery")) ?? "").includes(PENDING))
    .map((rule) => textOf(below(rule, "name", "as")));
  return metricsOf(input, ["pods", "external", "object"]).flatMap(({ name, autoscaler }) => {
    const text = textOf(name) ?? "";
    const target = earlyTarget(autoscaler, input);
    if (target === null || !(/pending/.test(text) || renamed.includes(text))) return [];
    return [wrongValue(name, `metric "${text}" of ${target}: ${NOT_SHOWN}`)];
  });
}

const memoryAsDemand: Rule = {
  code: "TM041",
  title: "GPU memory as a reason to scale",
  severity: "warning",
  visible: true,
  find: (input) => {
    const message =
      "GPU memory follows which models are loaded, not how many requests there are, and is not given back: replicas that it adds never go; use it to forbid, not to scale";
    const queried = readTriggers(input).flatMap(({ query, tree }) =>
      sourcesOf(tree)
        .filter((node) => node.kind === "selector" && isGpuMemory(node.name))
        .slice(0, 1)
        .map(({ from }) => wrongWithin(query, from, message)),
    );
    const named = metricsOf(input, ["pods", "external", "object"])
      .filter(({ name }) => /gpu_mem|fb_used|vram/i.test(textOf(name) ?? ""))
      .map(({ name }) => wrongValue(name, message));
    return [...queried, ...named];
  },
};

/** The rules on triggers and metrics. */
export const TRIGGER_RULES: readonly Rule[] = [
  severalSeries,
  averagedLatency,
  metricName,
  outageIsZero,
  emptyQueue,
  memoryAsDemand,
];
