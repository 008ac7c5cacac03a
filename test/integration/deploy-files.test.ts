// deploy/ as a whole: nothing that lint would find, and no component that nobody uses.

import { describe, expect, test } from "vitest";
import { runLint } from "../../src/cli/lint.ts";
import { ROOT } from "../architecture/source-files.ts";
import { kustomizations, unusedComponents } from "../support/kustomizations.ts";

describe("deploy", () => {
  test("has nothing that lint would find, in any file", async () => {
    const lines: string[] = [];
    const output = { stdout: (text: string) => lines.push(text), stderr: (text: string) => lines.push(text) };
    const exit = await runLint({ paths: [`${ROOT}deploy`, `${ROOT}policies`], strict: true }, output);
    expect(lines.join("")).toMatch(/^\d+ files, 0 errors, 0 warnings\n$/);
    expect(exit).toBe(0);
  });

  test("uses each of its components", () => {
    expect(kustomizations().length).toBeGreaterThanOrEqual(16);
    expect(unusedComponents()).toEqual([]);
  });
});
