// The rule files, as a real promtool checks and tests them.

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../architecture/source-files.ts";
import { RULE_FILES, RULE_TEST_FILES } from "../../support/alert-files.ts";

const MISSING = spawnSync("promtool", ["--version"]).status !== 0;
const IN_CI = process.env["CI"] === "true";

function promtool(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync("promtool", args, { cwd: ROOT, encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

describe("promtool", () => {
  function needed(context: { skip: (note: string) => void }): void {
    if (MISSING && IN_CI) throw new Error("promtool is missing: apt-get install prometheus");
    if (MISSING)
      context.skip("promtool is not installed (Debian's package prometheus): the rules were not tested");
  }

  test.for(RULE_FILES)("finds %s valid", (file, context) => {
    needed(context);
    const { status, output } = promtool("check", "rules", "--lint=all", "--lint-fatal", file);
    expect(status, output).toBe(0);
    expect(output).toMatch(/SUCCESS: \d+ rules found/);
  });

  test.for(RULE_TEST_FILES)("%s passes", (file, context) => {
    needed(context);
    const { status, output } = promtool("test", "rules", file);
    expect(status, output).toBe(0);
  });

  test("fails a test whose alert does not fire", (context) => {
    needed(context);
    const { status, output } = promtool("test", "rules", "test/e2e/prometheus/never-fires.yaml");
    expect(status).toBe(1);
    expect(output).toContain("alertname: TidemarkDown");
  });
});
