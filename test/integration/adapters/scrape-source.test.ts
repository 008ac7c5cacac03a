// Direct scraping on loopback: what is known of pods that answer, fail, come late or hang.

import { describe, expect, onTestFinished, test } from "vitest";

import { ScrapeSource } from "../../../src/adapters/scrape-source.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import type { PodSamples } from "../../../src/domain/samples.ts";
import type { TargetRef } from "../../../src/domain/target.ts";
import { type Millis, millis, minutes } from "../../../src/domain/units.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { EPOCH } from "../../support/builders.ts";
import { fakeTriton, page } from "../../support/fake-triton.ts";
import { RecordingLogger, RecordingTelemetry } from "../../support/recording-telemetry.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";
import { until } from "../../support/until.ts";

const TARGET: TargetRef = { kind: "Deployment", namespace: "ai", name: "triton" };
const NOBODY = "http://127.0.0.1:1/metrics";

class CountingTelemetry extends RecordingTelemetry {
  readonly queries: string[] = [];

  override sourceQuery(source?: string, ok?: boolean): void {
    this.queries.push(`${source} ${ok}`);
  }
}

type Settings = { readonly interval?: Millis; readonly timeout?: Millis; readonly clock?: Clock };

function scraping(
  urls: readonly string[],
  { interval = millis(20), timeout = millis(5000), clock = systemClock() }: Settings = {},
) {
  const targets = urls.map((url, index) => ({
    namespace: "ai",
    workload: "triton",
    pod: `triton-${index}`,
    url,
  }));
  const telemetry = new CountingTelemetry();
  const logger = new RecordingLogger();
  const source = new ScrapeSource({ targets, interval, timeout, keep: minutes(5), clock, telemetry, logger });
  onTestFinished(() => source.close());
  source.start();
  const seen = (span: Millis = minutes(5)) => source.workload(TARGET, clock.now(), span);
  const pod = (index: number): PodSamples => {
    const found = seen().pods[index];
    if (found === undefined) throw new Error(`no pod ${index}`);
    return found;
  };
  return { source, telemetry, logger, clock, seen, pod };
}

describe("scraping a list of servers", () => {
  test("keeps samples under the instant of each scrape, and counts targets as replicas", async () => {
    const triton = await fakeTriton();
    let count = 0;
    triton.answer(page(() => `nv_inference_request_success{model="m",version="1"} ${++count}\nother 1\n`));
    const { pod, seen, telemetry, source, clock } = scraping([triton.url]);
    const started = clock.now();
    await until(() => (pod(0).series[0]?.values.length ?? 0) >= 3, "three samples");
    const { series, scrapes, ...rest } = pod(0);
    expect(rest).toEqual({ pod: "triton-0", appearedAt: null, ready: null, expected: true });
    expect(series.map(({ family }) => family)).toEqual(["nv_inference_request_success"]);
    expect(series[0]?.values.slice(0, 3)).toEqual([1, 2, 3]);
    expect(series[0]?.times[0]).toBeGreaterThanOrEqual(started);
    expect(scrapes.every(({ up }) => up)).toBe(true);
    expect(seen().replicas).toEqual({ desired: 1, ready: null, source: "static" });
    expect(telemetry.queries[0]).toBe("scrape true");
    expect(await source.refresh()).toEqual({ ok: true, detail: null });
    expect(triton.connections()).toBe(1);
  });

  test("knows when a pod that failed at first came up", async () => {
    const triton = await fakeTriton();
    triton.answer((_, response) => response.writeHead(503).end());
    const { pod, logger, source } = scraping([triton.url]);
    await until(() => pod(0).scrapes.length > 0, "a failed scrape");
    expect(pod(0)).toMatchObject({ expected: false, appearedAt: null, series: [] });
    expect(await source.refresh()).toEqual({
      ok: false,
      detail: "no target answers: ai/triton/triton-0: status 503",
    });
    triton.answer(page(() => "up 1\n"));
    await until(() => pod(0).expected, "an answer");
    expect(pod(0).appearedAt).toBe(pod(0).scrapes.find(({ up }) => up)?.at);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      "target does not answer",
      "target answers again",
    ]);
  });

  test("stays up while one of its targets answers", async () => {
    const triton = await fakeTriton();
    const { pod, source } = scraping([NOBODY, triton.url]);
    await until(() => pod(0).scrapes.length > 1 && pod(1).expected, "both tried");
    expect(await source.refresh()).toEqual({ ok: true, detail: null });
    expect(pod(0)).toMatchObject({ expected: false, series: [] });
  });

  test.each([
    { name: "a page of HTML", text: "<html><body>login</body></html>\n", want: /^not metrics: line 1/ },
    { name: "half a page", text: 'nv_inference_request_success{model="m"', want: /^not metrics: line 1/ },
    { name: "an empty page", text: "", want: /^not metrics: line 1/ },
  ])("takes $name for a failure", async ({ text, want }) => {
    const triton = await fakeTriton();
    triton.answer(page(() => text));
    const { pod, logger } = scraping([triton.url]);
    await until(() => pod(0).scrapes.length > 0, "a scrape");
    expect(pod(0)).toMatchObject({ expected: false, series: [] });
    expect(logger.lines[0]?.fields["problem"]).toMatch(want);
  });

  test("lets no slow pod hold up another", async () => {
    const hanging = await fakeTriton();
    hanging.answer(() => {});
    const triton = await fakeTriton();
    const { pod } = scraping([hanging.url, triton.url], { interval: millis(20), timeout: minutes(5) });
    await until(
      () => hanging.requests() === 1 && pod(1).scrapes.length >= 5,
      "five scrapes beside a hanging one",
    );
    expect(hanging.requests()).toBe(1);
    expect(pod(0).scrapes).toEqual([]);
  });

  test("spreads the targets over the interval", async () => {
    const triton = await fakeTriton();
    const time = new ScriptedTime(EPOCH);
    const { pod } = scraping([triton.url, triton.url], { interval: millis(400), clock: time });
    const times = (index: number) => pod(index).scrapes.map(({ at: scraped }) => scraped - EPOCH);
    time.advance(millis(200));
    await until(() => times(1).length === 1, "the second target's scrape");
    expect(times(0)).toEqual([]);
    time.advance(millis(200));
    await until(() => times(0).length === 1, "the first target's scrape");
    expect([times(0), times(1)]).toEqual([[400], [200]]);
  });

  test("stops at once, with a scrape under way, and scrapes no more", async () => {
    const hanging = await fakeTriton();
    hanging.answer(() => {});
    const { source, telemetry } = scraping([hanging.url], { interval: millis(20), timeout: minutes(5) });
    await until(() => hanging.requests() === 1, "a request");
    await source.close();
    expect(telemetry.queries).toEqual([]);
  });

  test("knows nothing of another workload, and answers no query", async () => {
    const { source, clock } = scraping([NOBODY]);
    const other = source.workload({ ...TARGET, name: "other" }, clock.now(), minutes(1));
    expect(other).toEqual({ pods: [], replicas: { desired: null, ready: null, source: "static" } });
    expect(source.queried()).toEqual({ times: [], values: [] });
  });
});
