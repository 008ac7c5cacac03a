// Costs at one attainment, from settings that came to several.

import { describe, expect, test } from "vitest";
import { commonAttainment, hoursAt, mostAttained } from "../../verify/equal-attainment.ts";

const score = (gpuHours: number, attainmentRatio: number) => ({ gpuHours, attainmentRatio });

describe("GPU-hours at an attainment", () => {
  test.each([
    { name: "of the setting that hits it", settings: [score(10, 0.99)], hours: 10 },
    { name: "of the cheapest beyond it", settings: [score(12, 0.999), score(11, 0.995)], hours: 11 },
    {
      name: "halfway between a quarter of the late requests and four times as many",
      settings: [score(10, 0.96), score(12, 0.9975)],
      hours: 11,
    },
    {
      name: "never below what falls short by less",
      settings: [score(1, 0.9), score(10, 0.96), score(12, 0.9975)],
      hours: 11,
    },
    {
      name: "what falls short and costs more helps nobody",
      settings: [score(20, 0.96), score(12, 0.9975)],
      hours: 12,
    },
    {
      name: "no late request at all counts as one in ten thousand",
      settings: [score(10, 0), score(14, 1)],
      hours: 12,
    },
    { name: "none where nothing reaches it", settings: [score(10, 0.98)], hours: null },
  ])("$name", ({ settings, hours }) => {
    const found = hoursAt(settings, 0.99);
    if (hours === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(hours, 9);
  });
});

describe("the attainment at which two are compared", () => {
  test.each([
    { name: "what is required, where both reach it", one: 0.995, other: 0.991, common: 0.99 },
    { name: "a little less than both reach, where neither does", one: 0.97, other: 0.98, common: 0.969 },
    { name: "none, where one is hopelessly late", one: 0.94, other: 0.98, common: null },
    { name: "none, where the first alone does", one: 0.995, other: 0.98, common: null },
    { name: "none, where the other alone does", one: 0.98, other: 0.995, common: null },
  ])("$name", ({ one, other, common }) => {
    expect(commonAttainment([score(1, one), score(1, 0.5)], [score(1, other)], 0.99)).toBe(common);
  });

  test("nothing attains nothing", () => {
    expect(mostAttained([])).toBe(0);
  });
});
