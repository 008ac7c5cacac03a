// A folder of policies: what is accepted, what is rejected and why, and duplicates across files.

import { describe, expect, test } from "vitest";
import { formatIssue } from "../../../src/domain/issue.ts";
import { loadConfiguration, loadPolicies } from "../../../src/policy/load-policies.ts";
import { SCRAPE_CONFIGURATION, VALID_POLICY } from "./documents.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function folder(files: Readonly<Record<string, string>>) {
  const set = loadPolicies(
    Object.entries(files).map(([file, text]) => ({ file, bytes: bytes(text) })),
    null,
  );
  return {
    accepted: set.policies.map(({ key, file }) => `${file} ${key}`),
    rejected: set.rejected.map(({ file, issues }) => ({ file, lines: issues.map(formatIssue) })),
    warnings: set.warnings.map(formatIssue),
  };
}

describe("a folder of policies", () => {
  test("gives the valid ones, the reasons against the others, and the warnings of the accepted", () => {
    const slow = "  startup: { expected: 6m }\n  scaleIn: { stabilizationWindow: 6m }\n";
    const files = {
      "bad.yaml": VALID_POLICY.replace("max: 8", "max: 0"),
      "good.yaml": VALID_POLICY.replace("name: burst }\nspec", "name: good }\nspec"),
      "slow.yaml": VALID_POLICY.replace("name: burst }\nspec", "name: slow }\nspec").concat(slow),
      "service.yaml": SCRAPE_CONFIGURATION,
    };
    expect(folder(files)).toEqual({
      accepted: ["good.yaml ai-inference/good", "slow.yaml ai-inference/slow"],
      rejected: [
        {
          file: "bad.yaml",
          lines: ["bad.yaml:7:28: spec.replicas.max is 0, must be at least 1 [OUT_OF_RANGE]"],
        },
      ],
      warnings: [
        "slow.yaml:12:3: warning: spec.scaleIn.cooldown is 5m, shorter than spec.startup.expected (6m, line 11): replicas may go before they have served; lengthen it [COOLDOWN_BELOW_STARTUP]",
      ],
    });
  });

  test("rejects the later of two files with one key, by their names and not by the order they came in", () => {
    expect(folder({ "b.yaml": VALID_POLICY, "a.yaml": VALID_POLICY })).toEqual({
      accepted: ["a.yaml ai-inference/burst"],
      rejected: [
        {
          file: "b.yaml",
          lines: [
            'b.yaml:3:19: metadata.name is "burst", which another policy of namespace "ai-inference" has already (a.yaml, line 3); rename one [DUPLICATE_POLICY]',
          ],
        },
      ],
      warnings: [],
    });
  });

  test("accepts one name in two namespaces", () => {
    const other = VALID_POLICY.replace("namespace: ai-inference", "namespace: batch");
    expect(folder({ "a.yaml": VALID_POLICY, "b.yaml": other }).accepted).toEqual([
      "a.yaml ai-inference/burst",
      "b.yaml batch/burst",
    ]);
  });

  test("rejects what cannot run under the configuration", () => {
    const loaded = loadConfiguration("config.yaml", bytes(SCRAPE_CONFIGURATION));
    const short = VALID_POLICY.replace("64 }", "64, window: 2s }");
    const set = loadPolicies([{ file: "a.yaml", bytes: bytes(short) }], loaded.ok ? loaded.value : null);
    expect(set.rejected.flatMap(({ issues }) => issues.map(({ code }) => code))).toEqual([
      "WINDOW_TOO_SHORT",
    ]);
  });
});
