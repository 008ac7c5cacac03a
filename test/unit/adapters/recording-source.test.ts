// A played recording: what is visible when, which pods there are, and how a faulty one is refused.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { following } from "../../../src/adapters/following-source.ts";
import {
  openRecording,
  type RecordingOptions,
  type RecordingSource,
} from "../../../src/adapters/recording-source.ts";
import type { WorkloadSamples } from "../../../src/domain/samples.ts";
import type { TargetRef } from "../../../src/domain/target.ts";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { at, EPOCH } from "../../support/builders.ts";
import { answered, gone, refused, writeRecording } from "../../support/recording-builder.ts";

const TARGET: TargetRef = { kind: "Deployment", namespace: "ai", name: "triton" };

async function opened(path: string, options: Partial<RecordingOptions> = {}): Promise<RecordingSource> {
  const target = { namespace: "ai", workload: "triton" };
  const source = await openRecording({ path, target, epoch: EPOCH, keep: minutes(10), ...options });
  if (!source.ok) throw new Error(source.failure);
  return source.value;
}

async function seen(source: RecordingSource, t: number): Promise<WorkloadSamples> {
  await source.refresh(at(t));
  return source.workload(TARGET, at(t), minutes(5));
}

function summary({ pods, replicas }: WorkloadSamples) {
  return {
    replicas,
    pods: pods.map(({ pod, appearedAt, ready, expected, scrapes, series }) => ({
      pod,
      appearedAt: appearedAt === null ? null : (appearedAt - EPOCH) / 1000,
      ready,
      expected,
      ups: scrapes.map(({ up }) => up),
      values: series.flatMap(({ values }) => values),
    })),
  };
}

describe("what a recording shows", () => {
  test("shows nothing before its time, and each scrape from its own instant on", async () => {
    const source = await opened(await writeRecording([[answered(0.5, 1), answered(1.5, 4)]]));
    const pod = { pod: "triton-0", appearedAt: null, expected: true };
    expect(summary(await seen(source, 0.4))).toEqual({
      replicas: { desired: 1, ready: 0, source: "pods" },
      pods: [{ ...pod, ready: false, ups: [], values: [] }],
    });
    expect(summary(await seen(source, 0.5))).toEqual({
      replicas: { desired: 1, ready: 1, source: "pods" },
      pods: [{ ...pod, ready: true, ups: [true], values: [1] }],
    });
    expect(summary(await seen(source, 9)).pods).toEqual([
      { ...pod, ready: true, ups: [true, true], values: [1, 4] },
    ]);
    expect(source.end()).toBe(at(1.5));
    expect(source.scrapeInterval).toBe(1000);
  });

  test("lets a pod begin at its first answer, and keeps it expected while it fails afterwards", async () => {
    const late = [refused(0.1), refused(1.1), answered(2.1, 7), refused(3.1)];
    const source = await opened(await writeRecording([[answered(0), answered(3)], late]));
    expect(summary(await seen(source, 2)).pods.map(({ pod }) => pod)).toEqual(["triton-0"]);
    expect(summary(await seen(source, 2.5))).toMatchObject({
      replicas: { desired: 2, ready: 2 },
      pods: [
        { pod: "triton-0" },
        { pod: "triton-1", appearedAt: 2.1, ready: true, ups: [true], values: [7] },
      ],
    });
    expect(summary(await seen(source, 4))).toMatchObject({
      replicas: { desired: 2, ready: 1, source: "pods" },
      pods: [{ pod: "triton-0" }, { expected: true, ready: false, ups: [true, false] }],
    });
  });

  test("counts a text that does not parse as a failed scrape, and says so once", async () => {
    const problems: string[] = [];
    const html = { t: 1, status: 200, text: "<html></html>\n" };
    const path = await writeRecording([[answered(0), html, { ...html, t: 2 }, answered(3)]]);
    const source = await opened(path, { onProblem: (problem) => problems.push(problem) });
    expect(summary(await seen(source, 3)).pods).toMatchObject([{ ups: [true, false, false, true] }]);
    expect(problems).toEqual([
      expect.stringContaining("replica 0, t = 1 s: the scrape counts as failed: line 1"),
    ]);
  });

  test("knows nothing of another workload, and of every workload where none is named", async () => {
    const path = await writeRecording([[answered(0)]]);
    const other: TargetRef = { ...TARGET, name: "other" };
    const one = await opened(path);
    await one.refresh(at(1));
    const unknown = { desired: null, ready: null, source: "pods" };
    expect(one.workload(other, at(1), minutes(1))).toEqual({ pods: [], replicas: unknown });
    const any = await opened(path, { target: null });
    await any.refresh(at(1));
    expect(any.workload(other, at(1), minutes(1)).pods.map(({ pod }) => pod)).toEqual(["other-0"]);
  });

  test("prefers recorded replica counts from where they begin", async () => {
    const replicas = [{ t: 1, desired: 5, ready: 2 }];
    const source = await opened(await writeRecording([[answered(0), answered(2)]], { replicas }));
    expect((await seen(source, 0.5)).replicas).toEqual({ desired: 1, ready: 1, source: "pods" });
    expect((await seen(source, 1)).replicas).toEqual({ desired: 5, ready: 2, source: "pods" });
  });

  test("calls pods and the source of counts as the recording does, and knows where counts are unknown", async () => {
    const path = await writeRecording([[answered(0), answered(2)], [answered(0)]], {
      initialReplicas: [0, 1],
      replicas: [{ t: 1, desired: null, ready: null }],
      scenario: { pods: ["triton-7d9f8b6c5-x2x4z"], replicasFrom: "kube-state-metrics" },
    });
    const source = await opened(path);
    expect(await seen(source, 1)).toMatchObject({
      replicas: { desired: null, ready: null, source: "kube-state-metrics" },
      pods: [{ pod: "triton-7d9f8b6c5-x2x4z" }, { pod: "triton-1" }],
    });
  });

  test("no longer expects a replica that is gone, until it answers again, as old as it was", async () => {
    const path = await writeRecording([
      [answered(0), answered(9)],
      [answered(1), gone(2), refused(3), answered(4)],
    ]);
    const source = await opened(path);
    const second = async (t: number) => summary(await seen(source, t)).pods[1];
    expect(await second(1)).toMatchObject({ appearedAt: 1, expected: true, ready: true, ups: [true] });
    expect(await second(3)).toMatchObject({ appearedAt: 1, expected: false, ready: false, ups: [true] });
    expect(await second(4)).toMatchObject({ appearedAt: 1, expected: true, ready: true, ups: [true, true] });
  });

  test("gives the recorded results of queries, none before its time, in each pass anew", async () => {
    const queries = [
      { t: 0, policy: "ai/one", query: "queued", value: 3 },
      { t: 1, policy: "ai/one", query: "queued", value: 4 },
      { t: 1, policy: "ai/two", query: "queued", value: 4 },
    ];
    const path = await writeRecording([[answered(0), answered(1.5)]], { queries });
    const source = await opened(path, { repeat: true });
    await source.refresh(at(0.5));
    const of = (query: string, t: number) => source.queried(query, at(t), seconds(1));
    expect(of("queued", 0.5)).toEqual({ times: [at(0)], values: [3] });
    expect(of("queued", 1)).toEqual({ times: [at(1)], values: [4] });
    expect(of("other", 1)).toEqual({ times: [], values: [] });
    await source.refresh(at(2.5));
    expect(of("queued", 2.5)).toEqual({ times: [at(2)], values: [3] });
  });

  test("starts again at the next whole second: instants go on, counters fall, late pods are not there yet", async () => {
    const late = [refused(0.1), answered(1.1, 50)];
    const path = await writeRecording([[answered(0.2, 10), answered(1.2, 20)], late]);
    const source = await opened(path, { repeat: true });
    expect(summary(await seen(source, 2.5))).toEqual({
      replicas: { desired: 1, ready: 1, source: "pods" },
      pods: [
        {
          pod: "triton-0",
          appearedAt: null,
          ready: true,
          expected: true,
          ups: [true, true, true],
          values: [10, 20, 10],
        },
        { pod: "triton-1", appearedAt: null, ready: false, expected: false, ups: [true], values: [50] },
      ],
    });
    expect(summary(await seen(source, 3.1)).pods[1]).toMatchObject({ appearedAt: 3.1, values: [50, 50] });
    expect((await seen(source, 7200)).pods[0]?.series[0]?.times.at(-1)).toBe(at(7199.2));
  });

  test("follows the last answer, once there is one", async () => {
    const recorded = await opened(await writeRecording([[answered(0)]]));
    let answer: number | null = null;
    const source = following(recorded, ({ name }) => (name === "triton" ? answer : null));
    await source.refresh(at(1));
    const replicas = () => source.workload(TARGET, at(1), minutes(1)).replicas;
    expect(replicas()).toEqual({ desired: 1, ready: 1, source: "pods" });
    answer = 4;
    expect(replicas()).toEqual({ desired: 4, ready: 4, source: "pods" });
  });
});

describe("a faulty recording is refused with its place", () => {
  const lines = (text: string) => gzipSync(text);
  const good = JSON.stringify(answered(1));
  test.each([
    { name: "no scenario", file: "scenario.json", content: null, want: /scenario\.json: ENOENT/ },
    { name: "scenario not JSON", file: "scenario.json", content: "{", want: /scenario\.json: is not JSON/ },
    {
      name: "no scrape interval",
      file: "scenario.json",
      content: '{"initialReplicas":[0]}',
      want: /scenario\.json: scrapeIntervalMs: /,
    },
    { name: "no scrapes", file: "scrapes-0.jsonl.gz", content: null, want: /holds no scrape/ },
    {
      name: "not gzip",
      file: "scrapes-0.jsonl.gz",
      content: "plain",
      want: /scrapes-0\.jsonl\.gz: cannot be unpacked/,
    },
    {
      name: "broken line",
      file: "scrapes-0.jsonl.gz",
      content: lines(`${good}\n{"t": 2\n`),
      want: /scrapes-0\.jsonl\.gz:2: is not JSON/,
    },
    {
      name: "line cut off",
      file: "scrapes-0.jsonl.gz",
      content: lines(good),
      want: /scrapes-0\.jsonl\.gz:1: the last line does not end with a newline/,
    },
    {
      name: "wrong type",
      file: "scrapes-0.jsonl.gz",
      content: lines(`${good}\n{"t":"2","status":200,"text":""}\n`),
      want: /scrapes-0\.jsonl\.gz:2: t: /,
    },
    {
      name: "time standing still",
      file: "scrapes-0.jsonl.gz",
      content: lines(`${good}\n${good}\n`),
      want: /scrapes-0\.jsonl\.gz:2: t is 1, must be after the line before it/,
    },
    {
      name: "queries going back in time",
      file: "queries.jsonl.gz",
      content: lines(
        [2, 1].map((t) => `${JSON.stringify({ t, policy: "p", query: "q", value: 0 })}\n`).join(""),
      ),
      want: /queries\.jsonl\.gz:2: t is 1, must not be before/,
    },
  ])("$name", async ({ file, content, want }) => {
    const path = await writeRecording([[answered(0)]]);
    if (content === null) await rm(join(path, file));
    else await writeFile(join(path, file), content);
    const source = await openRecording({ path, target: null, epoch: EPOCH, keep: minutes(1) });
    expect(source).toMatchObject({ ok: false, failure: expect.stringMatching(want) });
  });

  test("a directory that does not exist", async () => {
    const source = await openRecording({
      path: "/nowhere/at/all",
      target: null,
      epoch: EPOCH,
      keep: minutes(1),
    });
    expect(source).toMatchObject({
      ok: false,
      failure: expect.stringMatching(/^\/nowhere\/at\/all: ENOENT/),
    });
  });
});
