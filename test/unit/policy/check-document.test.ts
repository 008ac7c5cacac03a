// Every code of `check` in words and at its place, and the exact lines of the interface's example.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatIssue, ISSUE_SEVERITIES } from "../../../src/domain/issue.ts";
import { checkDocument, configurationWarnings } from "../../../src/policy/check-document.ts";
import { loadConfiguration } from "../../../src/policy/load-policies.ts";
import { type IssueCase, RECORDING_CONFIGURATION, SCRAPE_CONFIGURATION, VALID_POLICY } from "./documents.ts";
import { ISSUE_CASES } from "./issue-cases.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function linesOf({ text, config }: Pick<IssueCase, "text" | "config">): readonly string[] {
  const loaded = config === undefined ? null : loadConfiguration("config.yaml", bytes(config));
  const configuration = loaded?.ok === true ? loaded.value : null;
  const warnings =
    config === undefined ? [] : configurationWarnings({ file: "config.yaml", bytes: bytes(config) });
  const { issues } = checkDocument({ file: "policies/burst.yaml", bytes: bytes(text) }, configuration);
  return [...issues, ...warnings].map(formatIssue);
}

describe("an issue", () => {
  test.each(ISSUE_CASES)("$code: $name", (issueCase) => {
    expect(linesOf(issueCase)).toEqual(issueCase.lines);
  });

  test("has a case for every code but those of several files", () => {
    const covered = new Set(ISSUE_CASES.map(({ code }) => code));
    const missing = Object.keys(ISSUE_SEVERITIES).filter((code) => !covered.has(code as IssueCase["code"]));
    expect(missing).toEqual(["DUPLICATE_POLICY", "QUEUE_TARGET_BELOW_EXECUTION"]);
  });

  test("each reads as the documented pattern", () => {
    const pattern =
      /^(?<file>[^:]+):(?<line>\d+):(?<column>\d+): (?<warning>warning: )?(?<message>.+) \[(?<code>[A-Z][A-Z0-9_]+)\]$/;
    const unlike = ISSUE_CASES.flatMap(({ lines }) => lines).filter((line) => !pattern.test(line));
    expect(unlike).toEqual([]);
  });
});

test("the example of the interface comes out letter by letter", () => {
  const text = `# A file as it could be found
apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: burst }

spec:
  target: { kind: Deployment, namespace: ai-inference, name: triton-burst }
  models:
    - name: burst


  replicas:
    min:         3
    max:         1
  objective:
    percentile: 99
    latency: 500ms
  signals:
    requestRate:
      targetPerReplica: 64
  cooldwn: 5m
`;
  expect(linesOf({ text })).toEqual([
    "policies/burst.yaml:14:18: spec.replicas.max is 1, must be at least spec.replicas.min (3, line 13) [BOUNDS]",
    'policies/burst.yaml:21:3: unknown key "cooldwn"; did you mean "cooldown"? [UNKNOWN_KEY]',
  ]);
});

describe("a document that is no mapping with a kind", () => {
  test.each([
    {
      name: "empty",
      text: "",
      line: "1:1: document is empty, must be a mapping with apiVersion, kind, metadata and spec [WRONG_TYPE]",
    },
    {
      name: "comments only",
      text: "# nothing\n",
      line: "1:1: document is empty, must be a mapping with apiVersion, kind, metadata and spec [WRONG_TYPE]",
    },
    {
      name: "a list",
      text: "- a\n",
      line: "1:1: document is a list, must be a mapping with apiVersion, kind, metadata and spec [WRONG_TYPE]",
    },
    {
      name: "no kind",
      text: "a: 1\n",
      line: '1:1: document lacks the required key "kind"; add it [MISSING_KEY]',
    },
    { name: "a kind that is a number", text: "kind: 5\n", line: "1:7: kind is 5, must be text [WRONG_TYPE]" },
  ])("$name", ({ text, line }) => {
    expect(linesOf({ text })).toEqual([`policies/burst.yaml:${line}`]);
  });
});

describe("a configuration", () => {
  test.each([
    {
      name: "scrape without its section",
      text: SCRAPE_CONFIGURATION.replace(/ {4}scrape:\n[^]*/, ""),
      lines: ['5:3: spec.source lacks the required key "scrape"; add it [MISSING_KEY]'],
    },
    {
      name: "a section of another kind beside its own",
      text: RECORDING_CONFIGURATION.concat('    prometheus: { url: "http://x" }\n'),
      lines: [
        '8:5: spec.source.prometheus does not belong to a source of kind "recording"; remove it [UNKNOWN_KEY]',
      ],
    },
    {
      name: "a source that there is not",
      text: RECORDING_CONFIGURATION.replace("kind: recording", "kind: simulator"),
      lines: [
        '6:11: spec.source.kind is "simulator", must be prometheus, scrape, recording or simulation; did you mean "simulation"? [OUT_OF_RANGE]',
      ],
    },
    {
      name: "a simulation without its scenario",
      text: RECORDING_CONFIGURATION.replace("kind: recording", "kind: simulation").replace(
        /recording: \{.*/,
        "simulation: { speed: 10 }",
      ),
      lines: ['7:5: spec.source.simulation lacks the required key "scenario"; add it [MISSING_KEY]'],
    },
    {
      name: "discovery instead of targets",
      text: SCRAPE_CONFIGURATION.replace(/ {6}targets:\n.*/, "      discovery: kubernetes"),
      lines: [],
    },
    {
      name: "discovery besides targets",
      text: SCRAPE_CONFIGURATION.replace("      targets", "      discovery: kubernetes\n      targets"),
      lines: [
        "8:7: spec.source.scrape.discovery is given besides spec.source.scrape.targets; remove one of them [UNKNOWN_KEY]",
      ],
    },
    {
      name: "a checkpoint in two places",
      text: `${RECORDING_CONFIGURATION}  state: { file: state.json, configMap: tidemark-state }\n`,
      lines: ["8:10: spec.state is a mapping, must name a file or a configMap, not both [OUT_OF_RANGE]"],
    },
    {
      name: "a Lease and a ConfigMap",
      text: `${SCRAPE_CONFIGURATION}  state: { configMap: tidemark-state }\n  kubernetes: { namespace: ai, leaderElection: { lease: tidemark } }\n`,
      lines: [],
    },
    {
      name: "a timeout longer than the interval",
      text: SCRAPE_CONFIGURATION.replace("      targets", "      timeout: 2s\n      targets"),
      lines: [
        "8:16: spec.source.scrape.timeout is 2s, must be at most spec.source.scrape.interval (1s, the default) [OUT_OF_RANGE]",
      ],
    },
    {
      name: "addresses, URLs and instants that are none; credentials are not repeated",
      text: SCRAPE_CONFIGURATION.replace("http://127.0.0.1", "http://me:secret@127.0.0.1").concat(
        "  grpc: { address: 6000, tls: {} }\n  http: { address: localhost }\n  pools: [ { name: a100 } ]\n",
      ),
      lines: [
        '9:88: spec.source.scrape.targets[0].url is "http://…@127.0.0.1:8002/metrics", must carry no user or password [OUT_OF_RANGE]',
        "10:20: spec.grpc.address is 6000, must be text; put it in quotes [WRONG_TYPE]",
        '10:26: spec.grpc.tls lacks the required key "certFile"; add it [MISSING_KEY]',
        '10:26: spec.grpc.tls lacks the required key "keyFile"; add it [MISSING_KEY]',
        '10:26: spec.grpc.tls lacks the required key "clientCaFile"; add it [MISSING_KEY]',
        '11:20: spec.http.address is "localhost", must be host:port with a port of 0 to 65535, as "0.0.0.0:6000" or "[::]:6000" [OUT_OF_RANGE]',
        "12:10: spec.pools is a list, and pools are not available yet; remove it [NOT_AVAILABLE]",
      ],
    },
    {
      name: "a recording at an unknown speed from no instant",
      text: RECORDING_CONFIGURATION.replace("triton-burst }", "triton-burst, speed: fast, epoch: today }"),
      lines: [
        '7:101: spec.source.recording.speed is "fast", must be a number above 0 (1 = real time) or "max" [OUT_OF_RANGE]',
        '7:114: spec.source.recording.epoch is "today", must be an instant as RFC 3339 writes it, as "2026-01-05T00:00:00Z" [OUT_OF_RANGE]',
      ],
    },
  ])("$name", ({ text, lines }) => {
    expect(linesOf({ text })).toEqual(lines.map((line) => `policies/burst.yaml:${line}`));
  });

  test("has the documented defaults for a recording", () => {
    expect(loadConfiguration("config.yaml", bytes(RECORDING_CONFIGURATION))).toEqual({
      ok: true,
      value: {
        name: "played",
        tick: { interval: 1000, lag: 0 },
        source: {
          kind: "recording",
          path: "../recordings/surge",
          namespace: "ai-inference",
          workload: "triton-burst",
          epoch: Date.parse("2026-01-05T00:00:00Z"),
          speed: 1,
          actuation: "none",
          atEnd: "exit",
        },
        grpc: {
          address: "0.0.0.0:6000",
          deadline: 1000,
          drainTimeout: 10_000,
          maxMessageBytes: 65_536,
          reflection: false,
          tls: null,
        },
        http: { address: "0.0.0.0:8080" },
        decisions: { file: null, detail: "observation", maxFileSizeBytes: 268_435_456, maxFiles: 8 },
        state: { file: null, configMap: null },
        kubernetes: { kubeconfig: null, namespace: null, leaderElection: null },
        logging: { level: "info" },
      },
    });
  });

  test("plays a scenario as fast as it says", () => {
    const text = RECORDING_CONFIGURATION.replace("kind: recording", "kind: simulation").replace(
      /recording: \{.*/,
      "simulation: { scenario: ../simulations/surge.yaml, speed: max }",
    );
    const loaded = loadConfiguration("config.yaml", bytes(text));
    expect(loaded.ok && loaded.value).toMatchObject({
      tick: { interval: 1000, lag: 0 },
      source: { kind: "simulation", scenario: "../simulations/surge.yaml", speed: "max" },
    });
  });

  test.each([
    { interval: "1s", timeout: 900 },
    { interval: "500ms", timeout: 450 },
    { interval: "15s", timeout: 900 },
  ])("a scrape each $interval waits $timeout ms for an answer", ({ interval, timeout }) => {
    const text = SCRAPE_CONFIGURATION.replace("      targets", `      interval: ${interval}\n      targets`);
    const loaded = loadConfiguration("config.yaml", bytes(text));
    expect(loaded.ok && loaded.value.source).toMatchObject({ kind: "scrape", timeout });
  });

  test("is refused where a policy stands in its place", () => {
    expect(loadConfiguration("p.yaml", bytes(VALID_POLICY))).toMatchObject({
      ok: false,
      failure: [{ file: "p.yaml", code: "UNKNOWN_KIND" }],
    });
  });
});

describe("the documents printed in the interfaces", () => {
  const interfaces = (() => {
    try {
      return readFileSync(new URL("../../../../shared/interfaces.md", import.meta.url), "utf8");
    } catch {
      return null;
    }
  })();
  const example = (index: number): string => interfaces?.split("```yaml\n")[index]?.split("```")[0] ?? "";

  test("the policy is valid", ({ skip }) => {
    skip(interfaces === null, "the interfaces are not beside this checkout");
    expect(linesOf({ text: example(1) })).toEqual([]);
  });

  test("the configuration is valid", ({ skip }) => {
    skip(interfaces === null, "the interfaces are not beside this checkout");
    expect(linesOf({ text: example(2) })).toEqual([]);
  });
});
