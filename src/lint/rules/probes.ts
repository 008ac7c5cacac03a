// Rules on probes and on the end of a pod.

import { flagValue, wordsOf } from "../command-line.ts";
import { below, type Field, numberOf, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue, wrongWithin } from "../found.ts";
import { type Container, inParts, type Pod, wholeServers } from "../pods.ts";
import type { Rule } from "../rule.ts";

const READY = "/v2/health/ready";
/** What a start may take before liveness is asked: 10 s × 60, as in the form that is right. */
const START_BUDGET_SECONDS = 600;

const probes: Rule = {
  code: "TM009",
  title: "probes without regard to loading models",
  severity: "warning",
  visible: true,
  find: ({ pods }) =>
    wholeServers(pods, ["Deployment", "StatefulSet", "DaemonSet", "Rollout", "ReplicaSet"]).flatMap(
      ({ container }) => [...readiness(container), ...liveness(container)],
    ),
};

function readiness({ field, name, words, parts }: Container): readonly Found[] {
  const probe = inParts(parts, "readinessProbe");
  if (probe === null) {
    const message = `container "${name}" has no readinessProbe: it gets requests before its models are loaded`;
    return [wrongKey(field, message)];
  }
  const asks = asksReady(probe);
  if (asks === null || flagValue(words, "strict-readiness") === "false") return [];
  const message = `readinessProbe asks ${READY}: one model that fails to load, or is being loaded, makes the whole pod unready; ask /v2/models/<model>/versions/<version>/ready, or set --strict-readiness=false`;
  return [asks(message)];
}

function liveness({ field, name, parts }: Container): readonly Found[] {
  const probe = inParts(parts, "livenessProbe");
  if (probe === null) return [];
  const asks = asksReady(probe);
  const message = `livenessProbe asks ${READY}: a model that fails to load gets the server killed again and again; ask /v2/health/live`;
  const wrong = asks === null ? [] : [asks(message)];
  const patience = startSeconds(probe);
  if (inParts(parts, "startupProbe") !== null || patience >= START_BUDGET_SECONDS) return wrong;
  const missing = `container "${name}" has a livenessProbe and no startupProbe: Triton listens only once its models are loaded, and one that takes longer than ${patience} s is killed each time; add one with time for the slowest load (10 s × 60)`;
  return [...wrong, wrongKey(field, missing)];
}

/** How long the kubelet waits for a first answer. */
function startSeconds(probe: Field): number {
  const value = (key: string, otherwise: number): number => numberOf(below(probe, key)) ?? otherwise;
  return value("initialDelaySeconds", 0) + value("periodSeconds", 10) * value("failureThreshold", 3);
}

/** Makes the finding at the place where a probe asks for the whole server's readiness; null where it does not. */
function asksReady(probe: Field): ((message: string) => Found) | null {
  const path = below(probe, "httpGet", "path");
  if (textOf(path) === READY) return (message) => wrongValue(path, message);
  const word = wordsOf(below(probe, "exec")).find(({ text }) => text.includes(READY));
  return word === undefined ? null : (message) => wrongWithin(word.field, word.offset, message);
}

const syntheticInference: Rule = {
  code: "TM040",
  title: "inference inside a probe that never ends",
  severity: "warning",
  visible: true,
  find: ({ pods }) =>
    pods
      .flatMap(({ containers }) => containers)
      .flatMap(({ field }) =>
        ["readinessProbe", "livenessProbe"].map((key) => [key, below(field, key)] as const),
      )
      .flatMap(([key, probe]) => {
        const word = wordsOf(below(probe, "exec")).find(({ text }) => INFERENCE.test(text));
        if (word === undefined) return [];
        const message = `${key} runs an inference: it takes GPU time from requests just when there are many, and fails with them; infer in the startupProbe, later from a sidecar whose cached result is asked`;
        return [wrongWithin(word.field, word.offset, message)];
      }),
};

const INFERENCE = /\/v2\/models\/\S+\/(infer|generate|generate_stream)(?![\w-])|perf_analyzer|perf_client/;

const EXIT_TIMEOUT_SECONDS = 30;
const DEFAULT_GRACE_SECONDS = 30;
const MARGIN_SECONDS = 15;

const graceArithmetic: Rule = {
  code: "TM037",
  title: "grace period too short for preStop and exit timeout",
  severity: "warning",
  visible: true,
  find: ({ pods }) =>
    pods.flatMap((pod) => {
      const server = pod.containers.find(({ isTriton }) => isTriton || pod.owner === null);
      const isWhole = server !== undefined && (server.image !== "" || server.parts.length === 1);
      return isWhole ? shortGrace(pod, server) : [];
    }),
};

function shortGrace(pod: Pod, { parts, words }: Container): readonly Found[] {
  const grace = inParts(pod.specs, "terminationGracePeriodSeconds");
  const preStop = inParts(parts, "lifecycle", "preStop");
  const isSaid = pod.owner === null ? grace !== null && preStop !== null : grace !== null || preStop !== null;
  if (!isSaid) return [];
  const sleep = preStop === null ? 0 : sleepSeconds(preStop);
  const timeout = flagValue(words, "exit-timeout-secs");
  const exit = Number(timeout ?? EXIT_TIMEOUT_SECONDS);
  const given = (grace === null ? null : numberOf(grace)) ?? DEFAULT_GRACE_SECONDS;
  const needed = sleep + exit + MARGIN_SECONDS;
  if (given >= needed || !Number.isFinite(needed)) return [];
  const sum = `preStop ${sleep} s, Triton's exit timeout ${exit} s${timeout === null ? " (the default of --exit-timeout-secs)" : ""}, ${MARGIN_SECONDS} s to spare`;
  const message = `terminationGracePeriodSeconds is ${given}${grace === null ? " (the default)" : ""}, must be at least ${needed}: ${sum}; requests under way are cut off`;
  return [grace === null ? wrongKey(pod.spec, message) : wrongValue(grace, message)];
}

function sleepSeconds(preStop: Field): number {
  const native = numberOf(below(preStop, "sleep", "seconds"));
  if (native !== null) return native;
  const words = wordsOf(below(preStop, "exec"));
  return words.reduce((sum, { text }, index) => {
    const [, amount = "0", unit] = /^(\d+(?:\.\d+)?)([sm]?)$/.exec(words[index + 1]?.text ?? "") ?? [];
    return /(^|\/)sleep$/.test(text) ? sum + Number(amount) * (unit === "m" ? 60 : 1) : sum;
  }, 0);
}

/** The rules on probes and on termination. */
export const PROBE_RULES: readonly Rule[] = [probes, graceArithmetic, syntheticInference];
