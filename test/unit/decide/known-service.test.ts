// How long executions should take, by what was seen of other sizes of batch.

import { expect, test } from "vitest";
import { executionRatio, seenService, withServices } from "../../../src/decide/known-service.ts";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import type { RequestTime } from "../../../src/domain/observation.ts";

type Size = readonly [batch: number, executionSeconds: number];

function knowing(...sizes: readonly Size[]) {
  const services = sizes.map(([batch, executionSeconds]) => ({ model: "ranker", batch, executionSeconds }));
  return { ...NOTHING_LEARNED, services };
}

test.each<{
  readonly name: string;
  readonly known: readonly Size[];
  readonly seen: Size;
  readonly ratio: number | null;
  readonly isExact?: boolean;
}>([
  { name: "the same size, slower", known: [[2, 0.1]], seen: [2, 0.18], ratio: 1.8, isExact: true },
  { name: "the same size, a little off", known: [[2, 0.1]], seen: [2.1, 0.1], ratio: 1, isExact: true },
  {
    name: "between two",
    known: [
      [2, 0.1],
      [4, 0.2],
    ],
    seen: [3, 0.15],
    ratio: 1,
    isExact: true,
  },
  {
    name: "between two, slower",
    known: [
      [2, 0.1],
      [4, 0.2],
    ],
    seen: [3, 0.3],
    ratio: 2,
    isExact: true,
  },
  {
    name: "beyond two, as they grow",
    known: [
      [1, 0.05],
      [2, 0.06],
    ],
    seen: [4, 0.08],
    ratio: 1,
    isExact: true,
  },
  {
    name: "below two, as they grow",
    known: [
      [2, 0.06],
      [4, 0.08],
    ],
    seen: [1, 0.05],
    ratio: 1,
    isExact: true,
  },
  {
    name: "beyond one that may or may not grow",
    known: [[2, 0.1]],
    seen: [4, 0.2],
    ratio: 1,
    isExact: false,
  },
  { name: "longer than in proportion", known: [[2, 0.1]], seen: [4, 0.4], ratio: 2, isExact: false },
  { name: "three times as large and more", known: [[2, 0.1]], seen: [7, 0.1], ratio: null },
  { name: "nothing known", known: [], seen: [2, 0.1], ratio: null },
])("$name", ({ known, seen: [batch, executionSeconds], ratio, isExact }) => {
  const found = executionRatio(knowing(...known), { model: "ranker", batch, executionSeconds });
  expect(found === null ? null : Number(found.ratio.toPrecision(9))).toBe(ratio);
  expect(found?.isExact).toBe(isExact);
});

test("another model's executions say nothing", () => {
  expect(
    executionRatio(knowing([2, 0.1]), { model: "embedder", batch: 2, executionSeconds: 0.1 }),
  ).toBeNull();
});

const TIME: RequestTime = {
  batchingDelaySeconds: 0,
  queueSeconds: 0.5,
  inputSeconds: 0.125,
  inferSeconds: 0.25,
  outputSeconds: 0.125,
  outsideSeconds: 0.2,
  meanBatch: 2,
  inferencesPerRequest: 1,
  requests: 20,
};

test.each<{ readonly name: string; readonly time: RequestTime; readonly seconds: number | null }>([
  { name: "input, inference and output", time: TIME, seconds: 0.5 },
  { name: "too few requests", time: { ...TIME, requests: 19 }, seconds: null },
  { name: "executions that were not counted", time: { ...TIME, meanBatch: null }, seconds: null },
  {
    name: "answers of a cache",
    time: { ...TIME, inputSeconds: 0, inferSeconds: 0, outputSeconds: 0 },
    seconds: null,
  },
])("a tick shows an execution's time: $name", ({ time, seconds }) => {
  expect(seenService("ranker", time)?.executionSeconds ?? null).toBe(seconds);
});

test("each size of batch is taken down once", () => {
  const seen = [2, 2.05, 4].map((batch) => ({ model: "ranker", batch, executionSeconds: 0.1 }));
  const learned = seen.reduce((known, one) => withServices(known, [one]), NOTHING_LEARNED);
  expect(learned.services.map(({ batch }) => batch)).toEqual([2, 4]);
});
