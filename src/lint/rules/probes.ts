// Rules on probes and on the end of a pod.

import { flagValue, wordsOf } from "../command-line.ts";
import { below, type Field, isPresent, numberOf, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue, wrongWithin } from "../found.ts";
import { sameNamespace } from "../manifests.ts";
import { type Container, type Pod, tritonContainers } from "../pods.ts";
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
    tritonContainers(pods)
      .filter(
        ({ pod }) =>
          pod.owner !== null &&
          ["Deployment", "StatefulSet", "DaemonSet", "Rollout", "ReplicaSet"].includes(pod.owner.kind),
      )
      .flatMap(({ container }) => [...readiness(container), ...liveness(container)]),
};

function readiness({ field, name, words }: Container): readonly Found[] {
  const probe = below(field, "readinessProbe");
  if (!isPresent(probe)) {
    return [
      wrongKey(
        field,
        `container "${name}" has no readinessProbe: it gets requests before its models are loaded`,
      ),
    ];
  }
  const asks = asksReady(probe);
  if (asks === null || flagValue(words, "strict-readiness") === "false") return [];
  const message = `readinessProbe asks ${READY}: one model that fails to load, or is being loaded, makes the whole pod unready; ask /v2/models/<model>/versions/<version>/ready, or set --strict-readiness=false`;
  return [asks(message)];
}

function liveness({ field, name }: Container): readonly Found[] {
  const probe = below(field, "livenessProbe");
  if (!isPresent(probe)) return [];
  const asks = asksReady(probe);
  const message = `livenessProbe asks ${READY}: a model that fails to load gets the server killed again and again; ask /v2/health/live`;
  const wrong = asks === null ? [] : [asks(message)];
  const patience = startSeconds(probe);
  if (isPresent(below(field, "startupProbe")) || patience >= START_BUDGET_SECONDS) return wrong;
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
  find: ({ pods }) => pods.flatMap((pod) => shortGrace(pod, pods)),
};

/** What one file leaves out another may say: a patch of the same object. */
function shortGrace(pod: Pod, pods: readonly Pod[]): readonly Found[] {
  const parts = pods.filter((other) => other === pod || isSameOwner(other, pod));
  const all = parts.flatMap(({ containers }) => containers);
  const server = all.find(({ isTriton }) => isTriton) ?? (pod.owner === null ? all[0] : undefined);
  if (server === undefined) return [];
  const same = all.filter(({ name }) => name === server.name);
  const stops = same.map(({ field }) => below(field, "lifecycle", "preStop")).filter(isPresent);
  const place = placeOfGrace(pod, parts, server);
  if (place === null || (stops.length === 0 && !place.isGiven)) return [];
  if (pod.owner === null && (stops.length === 0 || !place.isGiven)) return [];
  const timeouts = same
    .map(({ words }) => flagValue(words, "exit-timeout-secs"))
    .filter((value) => value !== null);
  const preStop = Math.max(0, ...stops.map(sleepSeconds));
  const exit = Number(timeouts.at(-1) ?? EXIT_TIMEOUT_SECONDS);
  const needed = preStop + exit + MARGIN_SECONDS;
  if (place.seconds >= needed) return [];
  const sum = `preStop ${preStop} s, Triton's exit timeout ${exit} s${timeouts.length > 0 ? "" : " (the default of --exit-timeout-secs)"}, ${MARGIN_SECONDS} s to spare`;
  const message = `terminationGracePeriodSeconds is ${place.seconds}${place.isGiven ? "" : " (the default)"}, must be at least ${needed}: ${sum}; requests under way are cut off`;
  return [place.isGiven ? wrongValue(place.field, message) : wrongKey(pod.spec, message)];
}

/** The grace period in force, if this pod's part is the one to blame for it. */
function placeOfGrace(
  pod: Pod,
  parts: readonly Pod[],
  server: Container,
): { readonly field: Field; readonly seconds: number; readonly isGiven: boolean } | null {
  const own = below(pod.spec, "terminationGracePeriodSeconds");
  if (isPresent(own)) return { field: own, seconds: numberOf(own) ?? DEFAULT_GRACE_SECONDS, isGiven: true };
  const elsewhere = parts.some(({ spec }) => isPresent(below(spec, "terminationGracePeriodSeconds")));
  if (elsewhere || !pod.containers.includes(server)) return null;
  return { field: own, seconds: DEFAULT_GRACE_SECONDS, isGiven: false };
}

function isSameOwner({ owner: one }: Pod, { owner: other }: Pod): boolean {
  if (one === null || other === null) return false;
  return one.kind === other.kind && one.name === other.name && sameNamespace(one.namespace, other.namespace);
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
