// Rules on what scrapes Triton.

import { parseDuration } from "../../policy/duration.ts";
import { isTritonMetric } from "../families.ts";
import { below, entries, type Field, items, scalarText, textEntries, textOf } from "../field.ts";
import { type Found, wrongValue, wrongWithin } from "../found.ts";
import type { LintInput } from "../input.ts";
import { includesLabels, type Manifest, selects } from "../manifests.ts";
import { type Container, hasPort, type Pod } from "../pods.ts";
import { allNodes } from "../promql.ts";
import type { Rule } from "../rule.ts";

const selectsNothing: Rule = {
  code: "TM010",
  title: "monitor that selects nothing",
  severity: "error",
  visible: true,
  find: (input) => [
    ...input.manifests
      .filter(({ kind }) => kind === "ServiceMonitor")
      .flatMap((monitor) => ofServices(monitor, input)),
    ...input.manifests
      .filter(({ kind }) => kind === "PodMonitor")
      .flatMap((monitor) => ofPods(monitor, input)),
  ],
};

/** Returns whether the monitor looks into a namespace; its own one unless it says otherwise. */
function outlookOf(monitor: Manifest): (namespace: string | null) => boolean {
  const selector = below(monitor.root, "spec", "namespaceSelector");
  if (below(selector, "any").value === true) return () => true;
  const names = items(below(selector, "matchNames")).map(scalarText);
  const own = monitor.namespace;
  return names.length > 0
    ? (namespace) => namespace === null || names.includes(namespace)
    : (namespace) => namespace === null || own === null || namespace === own;
}

function ofServices(monitor: Manifest, { manifests }: LintInput): readonly Found[] {
  const looksInto = outlookOf(monitor);
  const services = manifests.filter(({ kind, namespace }) => kind === "Service" && looksInto(namespace));
  const selector = below(monitor.root, "spec", "selector");
  const wanted = textEntries(below(selector, "matchLabels"));
  const selected = services.filter(
    ({ labels }) => (wanted.size === 0 || includesLabels(labels, wanted)) && selects(selector, labels),
  );
  if (selected.length > 0) return ofPorts(below(monitor.root, "spec", "endpoints"), selected);
  const meant = services.find((service) => isMeant(service, monitor, wanted));
  if (meant === undefined) return [];
  const podLabels = includesLabels(textEntries(below(meant.root, "spec", "selector")), wanted);
  const message = `no Service carries ${shownLabels(wanted)}: a ServiceMonitor selects Services by their own labels${podLabels ? ", and these are the labels of pods" : ""}; label Service "${meant.name}" so, or use a PodMonitor`;
  return [wrongValue(below(selector, "matchLabels"), message)];
}

/** A Service of the monitored pods, though it is not selected: others may have theirs in files that are not here. */
function isMeant(service: Manifest, monitor: Manifest, wanted: ReadonlyMap<string, string>): boolean {
  if (wanted.size === 0) return false;
  if (includesLabels(textEntries(below(service.root, "spec", "selector")), wanted)) return true;
  const ports = items(below(monitor.root, "spec", "endpoints")).map((endpoint) =>
    textOf(below(endpoint, "port")),
  );
  const named = items(below(service.root, "spec", "ports")).some((port) =>
    ports.includes(textOf(below(port, "name"))),
  );
  return named && isAboutTriton(monitor) && isAboutTriton(service);
}

function ofPorts(endpoints: Field, services: readonly Manifest[]): readonly Found[] {
  const names = services.flatMap(({ root }) =>
    items(below(root, "spec", "ports")).map((port) => textOf(below(port, "name"))),
  );
  return items(endpoints).flatMap((endpoint) => {
    const port = textOf(below(endpoint, "port"));
    if (port === null || names.includes(port)) return [];
    const known = names.filter((name) => name !== null).join(", ");
    const message = `port is "${port}", and the selected Service has none of that name (it has: ${known === "" ? "none with a name" : known}); nothing is scraped`;
    return [wrongValue(below(endpoint, "port"), message)];
  });
}

function ofPods(monitor: Manifest, { pods }: LintInput): readonly Found[] {
  const selector = below(monitor.root, "spec", "selector");
  const wanted = textEntries(below(selector, "matchLabels"));
  const looksInto = outlookOf(monitor);
  const servers = pods.filter(
    ({ owner, containers }) =>
      owner !== null && containers.some(({ isTriton }) => isTriton) && looksInto(owner.namespace),
  );
  if (!isAboutTriton(monitor) || servers.length === 0 || wanted.size === 0) return [];
  const selected = servers.filter(({ labels }) => selects(selector, labels));
  const [first] = servers;
  if (selected.length === 0) {
    const message = `no pod of Triton carries ${shownLabels(wanted)}: nothing is scraped; ${first?.owner?.kind} "${first?.owner?.name}" has ${shownLabels(first?.labels ?? new Map())}`;
    return [wrongValue(below(selector, "matchLabels"), message)];
  }
  return items(below(monitor.root, "spec", "podMetricsEndpoints")).flatMap((endpoint) =>
    wrongPodPort(endpoint, selected),
  );
}

function wrongPodPort(endpoint: Field, selected: readonly Pod[]): readonly Found[] {
  const port = textOf(below(endpoint, "port"));
  const has = (container: Container): boolean => hasPort(container, port ?? "");
  if (port === null || selected.some(({ containers }) => containers.some(has))) return [];
  const message = `port is "${port}", and no container of the selected pods has a port of that name; nothing is scraped`;
  return [wrongValue(below(endpoint, "port"), message)];
}

function shownLabels(labels: ReadonlyMap<string, string>): string {
  return [...labels].map(([key, value]) => `${key}: ${value}`).join(", ");
}

function isAboutTriton({ root, name, labels }: Manifest): boolean {
  const selector = below(root, "spec", "selector");
  const texts = [
    ...textEntries(selector).values(),
    ...textEntries(below(selector, "matchLabels")).values(),
    ...entries(below(selector, "matchExpressions")).flatMap(([, field]) => scalarText(field) ?? []),
  ];
  return [name, ...labels.values(), ...texts].some((text) => /triton/i.test(text));
}

const SLOWEST_SCRAPE_SECONDS = 15;
const SCRAPES_PER_WINDOW = 4;

const slowScrape: Rule = {
  code: "TM011",
  title: "scrapes too slow for decisions",
  severity: "warning",
  visible: true,
  find: (input) => {
    const intervals = input.manifests.filter(isAboutTriton).flatMap(intervalsOf);
    const slow = intervals
      .filter(({ seconds }) => seconds > SLOWEST_SCRAPE_SECONDS)
      .map(({ field, seconds }) =>
        wrongValue(
          field,
          `interval is ${seconds} s, slower than decisions every ${SLOWEST_SCRAPE_SECONDS} s, and a rate needs ${SCRAPES_PER_WINDOW} scrapes in its window; scrape Triton every 5 to 10 s`,
        ),
      );
    const slowest = Math.max(0, ...intervals.map(({ seconds }) => seconds));
    return [...slow, ...shortWindows(input, slowest)];
  },
};

function intervalsOf({
  root,
  kind,
}: Manifest): readonly { readonly field: Field; readonly seconds: number }[] {
  const key = kind === "ServiceMonitor" ? "endpoints" : "podMetricsEndpoints";
  if (kind !== "ServiceMonitor" && kind !== "PodMonitor") return [];
  return items(below(root, "spec", key)).flatMap((endpoint) => {
    const field = below(endpoint, "interval");
    const span = parseDuration(textOf(field) ?? "");
    return span === null ? [] : [{ field, seconds: span / 1000 }];
  });
}

/** Windows of rates over Triton's series in which the monitor of these files puts too few scrapes. */
function shortWindows({ queries }: LintInput, slowest: number): readonly Found[] {
  return queries.flatMap(({ field, from, tree }) =>
    allNodes(tree).flatMap((node) => {
      if (node.kind !== "selector" || node.range === null || !isTritonMetric(node.name)) return [];
      const seconds = (parseDuration(node.range.text) ?? Number.POSITIVE_INFINITY) / 1000;
      if (seconds >= slowest * SCRAPES_PER_WINDOW) return [];
      const message = `window of ${seconds} s holds ${Math.floor(seconds / slowest)} scrapes of ${slowest} s each, and needs ${SCRAPES_PER_WINDOW}: one lost scrape leaves no rate; make it ${slowest * SCRAPES_PER_WINDOW} s or more`;
      return [wrongWithin(field, from + node.range.from, message)];
    }),
  );
}

/** The rules on monitors. */
export const MONITOR_RULES: readonly Rule[] = [selectsNothing, slowScrape];
