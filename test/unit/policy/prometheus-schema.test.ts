// The prometheus section of a configuration: its defaults, what it reads and what it refuses.

import { describe, expect, test } from "vitest";
import { formatIssue } from "../../../src/domain/issue.ts";
import { checkDocument } from "../../../src/policy/check-document.ts";
import { loadConfiguration } from "../../../src/policy/load-policies.ts";
import { PROMETHEUS_CONFIGURATION, prometheusWith } from "./documents.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a Prometheus source", () => {
  test("has the documented defaults for Prometheus", () => {
    const loaded = loadConfiguration("config.yaml", bytes(PROMETHEUS_CONFIGURATION));
    expect(loaded.ok && { tick: loaded.value.tick, source: loaded.value.source }).toEqual({
      tick: { interval: 15_000, lag: 2000 },
      source: {
        kind: "prometheus",
        url: "http://prometheus.monitoring:9090",
        scrapeInterval: 15_000,
        timeout: 5000,
        maxResponseBytes: 67_108_864,
        matchers: {},
        labels: { namespace: "namespace", pod: "pod" },
        replicas: "kube-state-metrics",
        authorization: null,
        caFile: null,
      },
    });
  });

  test.each([
    {
      name: "a bearer token and a CA of one's own",
      section: "authorization: { bearerTokenFile: token }, tls: { caFile: ca.crt }",
      read: { authorization: { kind: "bearer", tokenFile: "token" }, caFile: "ca.crt" },
    },
    {
      name: "a user with a password file",
      section: "authorization: { username: me, passwordFile: password }",
      read: { authorization: { kind: "basic", username: "me", passwordFile: "password" } },
    },
    {
      name: "replicas from the Kubernetes API",
      section: "replicas: kubernetes",
      read: { replicas: "kubernetes" },
    },
    {
      name: "matchers and label names",
      section: "matchers: { job: triton }, labels: { pod: kubernetes_pod_name }, maxResponse: 1Mi",
      read: {
        matchers: { job: "triton" },
        labels: { namespace: "namespace", pod: "kubernetes_pod_name" },
        maxResponseBytes: 1_048_576,
      },
    },
  ])("reads of Prometheus $name", ({ section, read }) => {
    const loaded = loadConfiguration("config.yaml", bytes(prometheusWith(section)));
    expect(loaded.ok && loaded.value.source).toMatchObject(read);
  });

  test.each([
    {
      name: "two ways to authorize",
      section: "authorization: { bearerTokenFile: a, username: b }",
      line: "7:76: spec.source.prometheus.authorization is a mapping, must give bearerTokenFile alone, or username and passwordFile [OUT_OF_RANGE]",
    },
    {
      name: "a user without a password",
      section: "authorization: { username: b }",
      line: "7:76: spec.source.prometheus.authorization is a mapping, must give bearerTokenFile alone, or username and passwordFile [OUT_OF_RANGE]",
    },
    {
      name: "matchers that name no label",
      section: 'matchers: { "job=~": x }',
      line: "7:71: spec.source.prometheus.matchers is a mapping, must name labels: letters, digits and _, not beginning with __ [BAD_NAME]",
    },
    {
      name: "a label name that Prometheus keeps for itself",
      section: "labels: { pod: __name__ }",
      line: '7:76: spec.source.prometheus.labels.pod is "__name__", must be a label name: letters, digits and _, not beginning with __ [BAD_NAME]',
    },
  ])("refuses of Prometheus $name", ({ section, line }) => {
    const { issues } = checkDocument({ file: "config.yaml", bytes: bytes(prometheusWith(section)) }, null);
    expect(issues.map(formatIssue)).toEqual([`config.yaml:${line}`]);
  });
});
