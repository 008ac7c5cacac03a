// Rules on Services, on what scrapes them, and on Triton's HTTP endpoints.

import { flagValue, type Word, wordsIn, wordsOf } from "../command-line.ts";
import {
  below,
  entries,
  type Field,
  isPresent,
  items,
  numberOf,
  scalarText,
  textEntries,
  textOf,
} from "../field.ts";
import { type Found, wrongKey, wrongValue, wrongWithin } from "../found.ts";
import type { LintInput } from "../input.ts";
import { includesLabels, sameNamespace } from "../manifests.ts";
import { tritonContainers } from "../pods.ts";
import type { Rule } from "../rule.ts";

const pinnedConnections: Rule = {
  code: "TM016",
  title: "gRPC through a virtual address",
  severity: "warning",
  visible: true,
  find: ({ manifests, pods }) =>
    manifests
      .filter(({ kind, root }) => kind === "Service" && isBalanced(below(root, "spec")))
      .flatMap((service) => {
        const spec = below(service.root, "spec");
        const port = items(below(spec, "ports")).find(isGrpc);
        const selector = textEntries(below(spec, "selector"));
        const servers = tritonContainers(pods).filter(
          ({ pod }) =>
            includesLabels(pod.labels, selector) &&
            sameNamespace(pod.owner?.namespace ?? null, service.namespace),
        );
        const named = [service.name, ...selector.values()].some((text) => /triton/i.test(text));
        if (port === undefined || !(named || servers.length > 0)) return [];
        const renews = ({ container }: (typeof servers)[number]): boolean =>
          flagValue(container.words, "grpc-max-connection-age") !== null;
        if (servers.length > 0 && servers.every(renews)) return [];
        const type = below(spec, "type");
        const message = `Service "${service.name}" gives gRPC one virtual address: a client's connection stays with the pod it met first, and new pods get no requests; set clusterIP: None and balance in the client or a proxy, and --grpc-max-connection-age on Triton`;
        return [isPresent(type) ? wrongValue(type, message) : wrongKey(spec, message)];
      }),
};

function isBalanced(spec: Field): boolean {
  const type = textOf(below(spec, "type")) ?? "ClusterIP";
  return type !== "ExternalName" && textOf(below(spec, "clusterIP")) !== "None";
}

function isGrpc(port: Field): boolean {
  const name = scalarText(below(port, "name")) ?? "";
  return (
    /grpc/i.test(name) ||
    numberOf(below(port, "port")) === 8001 ||
    numberOf(below(port, "targetPort")) === 8001
  );
}

const unknownEndpoint: Rule = {
  code: "TM017",
  title: "endpoint that Triton does not have",
  severity: "error",
  visible: true,
  find: (input) => [...probePaths(input), ...commandLines(input)],
};

function probePaths({ pods }: LintInput): readonly Found[] {
  return pods
    .flatMap(({ containers }) => containers)
    .flatMap(({ field }) => [
      ...["readinessProbe", "livenessProbe", "startupProbe"].map((key) => below(field, key)),
      ...["preStop", "postStart"].map((key) => below(field, "lifecycle", key)),
    ])
    .flatMap((probe) => {
      const path = below(probe, "httpGet", "path");
      const wrong = wrongGet((textOf(path) ?? "").replace(/\?.*$/, ""));
      return wrong === null ? [] : [wrongValue(path, wrong)];
    });
}

/** Commands of containers and of scripts in ConfigMaps that fetch from Triton. */
function commandLines({ pods, manifests }: LintInput): readonly Found[] {
  const containers = pods.flatMap((pod) => [...pod.initContainers, ...pod.containers]);
  const commands = containers.flatMap(({ field, words }) => [
    words,
    ...["readinessProbe", "livenessProbe", "startupProbe"].map((key) => wordsOf(below(field, key, "exec"))),
    ...["preStop", "postStart"].map((key) => wordsOf(below(field, "lifecycle", key, "exec"))),
  ]);
  const scripts = manifests
    .filter(({ kind }) => kind === "ConfigMap")
    .flatMap(({ root }) => entries(below(root, "data")))
    .filter(([, field]) => /\b(curl|wget)\b/.test(textOf(field) ?? ""))
    .map(([, field]) => wordsIn(field));
  return [...commands, ...scripts].flatMap(wrongFetches);
}

function wrongFetches(words: readonly Word[]): readonly Found[] {
  return words.flatMap((word, index) => {
    const [, path = ""] = /^(?:https?:\/\/)?[^/]+(\/v2\/[^?#]*)/.exec(word.text) ?? [];
    const command = lineAround(words, index);
    const posts = command.some(({ text }) =>
      /^(-X|--request)?=?POST$|^(-d|--data(-\w+)?|--json|--post-data)(=|$)/.test(text),
    );
    const wrong = posts ? null : wrongGet(path);
    return wrong === null ? [] : [wrongWithin(word.field, word.offset, wrong)];
  });
}

/** The words that may belong to one command: from the program before it to the next program. */
function lineAround(words: readonly Word[], index: number): readonly Word[] {
  const isProgram = ({ text }: Word): boolean => /(^|\/)(curl|wget)$/.test(text);
  const start = words.slice(0, index + 1).findLastIndex(isProgram);
  const next = words.findIndex((word, at) => at > index && isProgram(word));
  return words.slice(Math.max(0, start), next === -1 ? undefined : next);
}

function wrongGet(path: string): string | null {
  if (/^\/v2\/models\/?$/.test(path))
    return `Triton has no GET ${path}; ask POST /v2/repository/index, or GET /v2/models/stats for those that are loaded`;
  if (/^\/v2\/repository\/models\/[^/]+\/?$/.test(path))
    return `Triton has no GET ${path}; ask POST /v2/repository/index, or GET /v2/models/<model>/ready`;
  if (/^\/v2\/repository\/index\/?$/.test(path)) return `${path} answers POST only; a GET gets 405`;
  return null;
}

/** The rules on Services and endpoints. */
export const SERVICE_RULES: readonly Rule[] = [pinnedConnections, unknownEndpoint];
