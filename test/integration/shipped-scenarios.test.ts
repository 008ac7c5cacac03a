// The scenarios that ship: each meets what it expects of itself, and gives the summary that is checked in beside it.
// `npm run simulations:update` writes the summaries anew.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { CHECKOUT, command } from "../support/command-line.ts";

const FOLDER = join(CHECKOUT, "simulations");
const EXPECTED = join(FOLDER, "expected");

function namesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(folder).flatMap((file) =>
    file.endsWith(ending) ? [file.slice(0, -ending.length)] : [],
  );
}

const scenarios = namesIn(FOLDER, ".yaml");

describe("a shipped scenario", () => {
  test("has a summary, and each summary a scenario", () => {
    expect(namesIn(EXPECTED, ".json")).toEqual(scenarios);
    expect(scenarios).toHaveLength(16);
  });

  test("passes `tidemark check` with its policies, warnings included", async () => {
    const folders = readdirSync(join(FOLDER, "policies")).filter((folder) => folder !== "learned-capacity");
    const policies = folders.map((folder) => join(FOLDER, "policies", folder));
    const { code, stdout } = await command("check", "--strict", FOLDER, ...policies);
    expect(stdout).toBe("25 files, 0 errors, 0 warnings\n");
    expect(code).toBe(0);
  });

  test("without a load target has that said of its policy, and nothing else", async () => {
    const { code, stdout } = await command("check", join(FOLDER, "policies", "learned-capacity"));
    expect(stdout).toMatch(/\[NO_LOAD_SIGNAL\]\n1 file, 0 errors, 1 warning\n$/);
    expect(code).toBe(0);
  });

  test.each(scenarios)("gives the summary of %s byte for byte", { timeout: 30_000 }, async (name) => {
    const { code, stdout } = await command("simulate", join(FOLDER, `${name}.yaml`), "--json");
    await expect(stdout).toMatchFileSnapshot(join(EXPECTED, `${name}.json`));
    expect(code).toBe(0);
  });
});
