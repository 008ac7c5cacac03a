// Every step that can be left out is still where the ablation looks for it.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ABLATIONS } from "../../verify/ablations.ts";

test.each(ABLATIONS)("$step: its passage is there exactly once", ({ file, from }) => {
  const source = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
  expect(source.split(from)).toHaveLength(2);
});
