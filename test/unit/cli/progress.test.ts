// Progress is said on standard error, only of long work and not too often.

import { expect, test } from "vitest";
import { Progress } from "../../../src/cli/progress.ts";

test("short work says nothing, long work every two seconds", () => {
  let nowMs = 0;
  const said: string[] = [];
  const output = { stdout: () => {}, stderr: (text: string) => void said.push(text) };
  const progress = new Progress(output, () => nowMs);
  for (nowMs = 0; nowMs <= 6500; nowMs += 500) progress.report(() => `at ${nowMs}`);
  expect(said).toEqual(["at 2000\n", "at 4000\n", "at 6000\n"]);
  nowMs = 6500;
  expect(progress.seconds()).toBe(6.5);
});
