// `tidemark profile import`: what it prints stands in a scenario as it is.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadScenario } from "../../../src/policy/load-policies.ts";
import { command } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { VALID_SCENARIO } from "../../unit/policy/scenario-documents.ts";
import { modelStats, statistics } from "../../unit/simulator/profiles/statistics-documents.ts";

let directory = "";
let file: (name: string) => string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = (name) => join(directory, name);
  writeFileSync(file("table.csv"), "batch,ms\n1,10\n4,16.0004\n8,24\n");
});

describe("profile import", () => {
  test("prints a block that a scenario takes", async () => {
    const { code, stdout, stderr } = await command(
      "profile",
      "import",
      file("table.csv"),
      "--format",
      "table",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(parse(stdout)).toEqual({
      service: { executionTime: { 1: "10ms", 4: "16ms", 8: "24ms" }, spread: 0 },
    });
    const document = parse(VALID_SCENARIO);
    document.spec.workloads[0].models[0].service = parse(stdout).service;
    const loaded = loadScenario("s.yaml", new TextEncoder().encode(JSON.stringify(document)));
    expect(loaded.ok ? loaded.value.workloads[0]?.models[0]?.service.points : loaded.failure).toEqual([
      { batch: 1, seconds: 0.01 },
      { batch: 4, seconds: 0.016 },
      { batch: 8, seconds: 0.024 },
    ]);
  });

  test("reads packed samples and writes a file", async () => {
    const at = (count: number, infer: number) =>
      gzipSync(statistics([modelStats({ batches: { 2: { count, infer } } })]));
    writeFileSync(file("before.json.gz"), at(10, 1000));
    writeFileSync(file("after.json.gz"), at(50, 1400));
    const args = ["profile", "import", file("after.json.gz"), "--format", "triton-statistics"];
    const ran = await command(...args, "--before", file("before.json.gz"), "--out", file("service.yaml"));
    expect(ran).toEqual({ code: 0, stdout: `${file("service.yaml")}: 1 batch sizes\n`, stderr: "" });
    expect(readFileSync(file("service.yaml"), "utf8")).toContain("\n    2: 12ms # 40 executions\n");
  });

  test.each([
    { name: "no format", args: [], code: 2, says: "--format <format>" },
    { name: "an unknown format", args: ["--format", "csv"], code: 2, says: "triton-statistics" },
    {
      name: "a batch size that is none",
      args: ["--format", "table", "--batch", "0"],
      code: 2,
      says: "--batch is 0, must be a whole number from 1 to 65536",
    },
    {
      name: "an earlier sample of what has none",
      args: ["--format", "table", "--before", "x"],
      code: 2,
      says: "--before is for the format triton-statistics",
    },
    {
      name: "a file of another format",
      args: ["--format", "triton-trace"],
      code: 2,
      says: /table\.csv: is not JSON: .* \(read as triton-trace\)/,
    },
    {
      name: "a folder that is not there",
      args: ["--format", "table", "--out", "/nowhere/x"],
      code: 3,
      says: "cannot write /nowhere/x",
    },
  ])("says what is wrong with $name", async ({ args, code, says }) => {
    const ran = await command("profile", "import", file("table.csv"), ...args);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: "" });
    if (typeof says === "string") expect(ran.stderr).toContain(says);
    else expect(ran.stderr).toMatch(says);
  });

  test("says which file is missing", async () => {
    const ran = await command("profile", "import", file("x"), "--format", "table");
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(`cannot read ${file("x")}: `) });
  });
});
