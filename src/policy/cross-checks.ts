// Rules across the fields of one policy, and between a policy and the configuration that it is to run under.

import type { Configuration, SourceConfiguration } from "../domain/configuration.ts";
import type { IssueCode } from "../domain/issue.ts";
import { type Millis, seconds } from "../domain/units.ts";
import { customNameFindings, customSourceFindings } from "./custom-signal-checks.ts";
import { formatDuration } from "./duration.ts";
import type { Finding } from "./finding.ts";
import type { Locator } from "./locate.ts";
import { type PolicyFacts, steps } from "./policy-facts.ts";
import type { LocatedDocument } from "./read-document.ts";
import { quoted } from "./wording.ts";

const SMALL_FLEET = 8;
/** Recordings are made with one scrape a second. */
const RECORDING_SCRAPE_INTERVAL: Millis = seconds(1);

type Rule = (facts: PolicyFacts, locate: Locator) => readonly Finding[];

/** Returns what is wrong between the fields of one policy. */
export function crossFindings(facts: PolicyFacts, { locate }: LocatedDocument): readonly Finding[] {
  return [
    bounds,
    guardBounds,
    repeatedModels,
    customNameFindings,
    activation,
    targets,
    signalChoice,
    belowStartup,
  ].flatMap((rule) => rule(facts, locate));
}

/** Returns what is wrong between a policy and the configuration that it is to run under. */
export function configuredFindings(
  facts: PolicyFacts,
  { locate }: LocatedDocument,
  configuration: Configuration,
): readonly Finding[] {
  const { source } = configuration;
  const interval = scrapeIntervalOf(source);
  const findings = [...customSourceFindings(facts, locate, { configuration, scrapeInterval: interval })];
  const atLeast = (path: string, span: Millis | null, intervals: number): void => {
    if (span === null || interval === null || span >= intervals * interval) return;
    const need = `${intervals} scrape ${intervals === 1 ? "interval" : "intervals"} of the source`;
    const text = `must be at least ${need} (${intervals} × ${formatDuration(interval)}); lengthen it`;
    findings.push(
      finding(locate, path, { code: "WINDOW_TOO_SHORT", text: `is ${formatDuration(span)}, ${text}` }),
    );
  };
  for (const [signal, window] of facts.windows) {
    atLeast(`spec.signals.${signal}.window`, window, signal === "pendingRequests" ? 1 : 4);
  }
  atLeast("spec.missingData.maxAge", facts.maxAge, 4);
  if (facts.replicasMin === 0 && facts.activation === "given") {
    const why = unreadable(source);
    const text = `cannot be read: ${why}; set spec.replicas.min to 1 or more and remove spec.activation`;
    if (why !== null)
      findings.push(finding(locate, "spec.activation.query", { code: "ACTIVATION_UNREADABLE", text }));
  }
  return findings;
}

/** Null where it stands in another file: a simulation's scenario. */
function scrapeIntervalOf(source: SourceConfiguration): Millis | null {
  switch (source.kind) {
    case "prometheus":
      return source.scrapeInterval;
    case "scrape":
      return source.interval;
    case "recording":
      return RECORDING_SCRAPE_INTERVAL;
    default:
      return null;
  }
}

/** Returns why a policy cannot be woken from zero by this source; null = it can. */
function unreadable(source: SourceConfiguration): string | null {
  // A simulation answers it with what waits for a server.
  if (source.kind === "simulation") return null;
  if (source.kind !== "prometheus") return `a source of kind ${quoted(source.kind)} runs no queries`;
  return source.replicas === "pods" ? "counting pods never shows that there are none" : null;
}

function finding(
  locate: Locator,
  path: string,
  { code, text }: { readonly code: IssueCode; readonly text: string },
): Finding {
  return { ...locate.value(steps(path)), code, path, message: `${path} ${text}` };
}

/** Returns another field with its value and where that stands. */
function other(locate: Locator, path: string, value: number | string): string {
  const place = locate.has(steps(path)) ? `line ${locate.value(steps(path)).line}` : "the default";
  return `${path} (${value}, ${place})`;
}

const bounds: Rule = ({ replicasMin, replicasMax }, locate) => {
  if (replicasMin === null || replicasMax === null || replicasMax >= replicasMin) return [];
  const text = `is ${replicasMax}, must be at least ${other(locate, "spec.replicas.min", replicasMin)}`;
  return [finding(locate, "spec.replicas.max", { code: "BOUNDS", text })];
};

const guardBounds: Rule = ({ signals, blockScaleInAbove, criticalAbove }, locate) => {
  if (signals?.has("gpuMemory") !== true || blockScaleInAbove === null || criticalAbove === null) return [];
  if (criticalAbove >= blockScaleInAbove) return [];
  const text = `is ${criticalAbove}, must be at least ${other(locate, "spec.signals.gpuMemory.blockScaleInAbove", blockScaleInAbove)}`;
  return [finding(locate, "spec.signals.gpuMemory.criticalAbove", { code: "BOUNDS", text })];
};

const repeatedModels: Rule = ({ modelNames }, locate) => {
  const first = new Map<string, number>();
  return modelNames.flatMap((name, index) => {
    if (typeof name !== "string") return [];
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    if (earlier === undefined) return [];
    const { line } = locate.value(["spec", "models", earlier, "name"]);
    const path = `spec.models[${index}].name`;
    const message = `${path} is ${quoted(name)}, the name of another model already (line ${line}); remove one of them`;
    return [{ ...locate.value(["spec", "models", index, "name"]), code: "BAD_NAME" as const, path, message }];
  });
};

const activation: Rule = ({ replicasMin, activation: given }, locate) => {
  if (replicasMin === 0 && given === "none") {
    const text =
      "is 0, so spec.activation is required: without metrics of its own only a query from outside can wake it";
    return [finding(locate, "spec.replicas.min", { code: "ACTIVATION_MISSING", text })];
  }
  if (replicasMin !== null && replicasMin > 0 && given === "given") {
    const text = `is given, must not be with ${other(locate, "spec.replicas.min", replicasMin)}; remove it or set the minimum to 0`;
    return [finding(locate, "spec.activation", { code: "ACTIVATION_UNUSED", text })];
  }
  return [];
};

const targets: Rule = ({ objectiveLatency, latencyTarget, queueTarget }, locate) => {
  if (objectiveLatency === null) return [];
  const objective = other(locate, "spec.objective.latency", formatDuration(objectiveLatency));
  const above = (path: string, span: Millis | null): readonly Finding[] => {
    if (span === null || span <= objectiveLatency) return [];
    return [
      finding(locate, path, {
        code: "TARGET_ABOVE_OBJECTIVE",
        text: `is ${formatDuration(span)}, must be at most ${objective}`,
      }),
    ];
  };
  return [
    ...above("spec.signals.latency.target", latencyTarget),
    ...above("spec.signals.queueDuration.target", queueTarget),
  ];
};

const signalChoice: Rule = ({ signals, custom, replicasMax }, locate) => {
  if (signals === null || custom === null) return [];
  const place = { ...locate.key(["spec", "signals"]), path: "spec.signals" };
  if (custom.length === 0 && [...signals].every((signal) => signal === "gpuMemory")) {
    const held = signals.size === 0 ? "is empty" : "has gpuMemory alone, which never raises";
    return [
      {
        ...place,
        code: "NO_SIGNAL",
        message: `spec.signals ${held}; declare at least one other signal, as requestRate`,
      },
    ];
  }
  // A kind that is misspelt may be meant as a load: it is an error of its own.
  if (custom.some(({ kind }) => kind === "load" || kind === null)) return [];
  if (!signals.has("requestRate") && !signals.has("inFlight")) {
    const message =
      "spec.signals has no load signal: until capacity is learned, scale-in is tried one replica at a time; declare requestRate, as with targetPerReplica: learned";
    return [{ ...place, code: "NO_LOAD_SIGNAL", message }];
  }
  if (signals.has("requestRate") || replicasMax === null || replicasMax >= SMALL_FLEET) return [];
  const most = other(locate, "spec.replicas.max", replicasMax);
  const text = `is the only load signal with ${most}: below ${SMALL_FLEET} replicas it swings under bursts; declare requestRate`;
  return [finding(locate, "spec.signals.inFlight", { code: "IN_FLIGHT_SMALL_FLEET", text })];
};

const belowStartup: Rule = ({ startupExpected, scaleInCooldown, scaleInStabilization }, locate) => {
  if (startupExpected === null) return [];
  const expected = other(locate, "spec.startup.expected", formatDuration(startupExpected));
  const below = (code: IssueCode, path: string, span: Millis | null): readonly Finding[] => {
    if (span === null || span >= startupExpected) return [];
    const text = `is ${formatDuration(span)}, shorter than ${expected}: replicas may go before they have served; lengthen it`;
    return [finding(locate, path, { code, text })];
  };
  return [
    ...below("COOLDOWN_BELOW_STARTUP", "spec.scaleIn.cooldown", scaleInCooldown),
    ...below("STABILIZATION_BELOW_STARTUP", "spec.scaleIn.stabilizationWindow", scaleInStabilization),
  ];
};
