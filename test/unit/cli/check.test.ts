// `tidemark check` and `tidemark schema` as commands: streams, summary, JSON, exit codes, files and directories.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CheckOptions, runCheck } from "../../../src/cli/check.ts";
import { runSchema } from "../../../src/cli/schema.ts";
import {
  configurationJsonSchema,
  policyJsonSchema,
  scenarioJsonSchema,
  tuningJsonSchema,
} from "../../../src/policy/json-schema.ts";
import { RECORDING_CONFIGURATION, SCRAPE_CONFIGURATION, VALID_POLICY } from "../policy/documents.ts";
import { VALID_SCENARIO } from "../policy/scenario-documents.ts";

const EXAMPLES = fileURLToPath(new URL("../../../policies", import.meta.url));
const BAD = VALID_POLICY.replace("min: 1, max: 8", "min: 3, max: 1");
const DOUBTFUL = VALID_POLICY.concat("  scaleIn: { cooldown: 1m }\n");

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "check-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
}

async function check(options: CheckOptions): Promise<{ exit: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const exit = await runCheck(options, {
    stdout: (text) => void (written.stdout += text),
    stderr: (text) => void (written.stderr += text),
  });
  return {
    exit,
    stdout: written.stdout.replaceAll(`${root}/`, ""),
    stderr: written.stderr.replaceAll(`${root}/`, ""),
  };
}

const BOUNDS = (file: string): string =>
  `${file}:7:28: spec.replicas.max is 1, must be at least spec.replicas.min (3, line 7) [BOUNDS]`;
const COOLDOWN = (file: string): string =>
  `${file}:11:24: warning: spec.scaleIn.cooldown is 1m, shorter than spec.startup.expected (3m, the default): replicas may go before they have served; lengthen it [COOLDOWN_BELOW_STARTUP]`;
const DUPLICATE = (file: string, first: string): string =>
  `${file}:3:19: metadata.name is "burst", which another policy of namespace "ai-inference" has already (${first}, line 3); rename one [DUPLICATE_POLICY]`;

describe("check", () => {
  test("says nothing but the summary of a valid file, and exits with 0", async () => {
    const path = write("a.yaml", VALID_POLICY);
    expect(await check({ paths: [path] })).toEqual({
      exit: 0,
      stdout: "1 file, 0 errors, 0 warnings\n",
      stderr: "",
    });
  });

  test("lists the issues of all files by file and place, counts them, and exits with 1", async () => {
    const paths = [write("c.yaml", BAD), write("b.yaml", VALID_POLICY), write("a.yaml", DOUBTFUL)];
    expect(await check({ paths })).toEqual({
      exit: 1,
      stdout: [
        COOLDOWN("a.yaml"),
        DUPLICATE("b.yaml", join(root, "a.yaml")).replace(`${root}/`, ""),
        DUPLICATE("c.yaml", "a.yaml"),
        BOUNDS("c.yaml"),
        "3 files, 3 errors, 1 warning",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  test("prints one JSON document with the keys in their order", async () => {
    const { exit, stdout } = await check({ paths: [write("a.yaml", BAD)], json: true });
    expect({ exit, stdout }).toEqual({
      exit: 1,
      stdout: `${JSON.stringify({
        ok: false,
        files: 1,
        errors: 1,
        warnings: 0,
        issues: [
          {
            file: "a.yaml",
            line: 7,
            column: 28,
            severity: "error",
            code: "BOUNDS",
            path: "spec.replicas.max",
            message: "spec.replicas.max is 1, must be at least spec.replicas.min (3, line 7)",
          },
        ],
      })}\n`,
    });
  });

  test.each([
    { strict: false, exit: 0 },
    { strict: true, exit: 1 },
  ])(
    "exits with $exit for a warning where strict is $strict, and prints the same",
    async ({ strict, exit }) => {
      const path = write("a.yaml", DOUBTFUL);
      expect(await check({ paths: [path], strict })).toEqual({
        exit,
        stdout: `${COOLDOWN("a.yaml")}\n1 file, 0 errors, 1 warning\n`,
        stderr: "",
      });
    },
  );

  test("takes of a directory its YAML files, without dot-names, deeper ones and other names", async () => {
    write("dir/b.yml", BAD);
    write("dir/a.yaml", VALID_POLICY.replace("name: burst }\nspec", "name: other }\nspec"));
    for (const name of [
      "dir/.hidden.yaml",
      "dir/..data/x.yaml",
      "dir/deeper/x.yaml",
      "dir/note.txt",
      "dir/x.yaml.bak",
    ])
      write(name, "x: [");
    mkdirSync(join(root, "dir/folder.yaml"));
    symlinkSync("a.yaml", join(root, "dir/link.yaml"));
    const { exit, stdout } = await check({ paths: [join(root, "dir")] });
    expect({ exit, lines: stdout.split("\n").map((line) => line.slice(0, 15)) }).toEqual({
      exit: 1,
      lines: ["dir/b.yml:7:28:", "dir/link.yaml:3", "3 files, 2 erro", ""],
    });
  });

  test("checks a file once, however often it is named", async () => {
    const path = write("dir/a.yaml", VALID_POLICY);
    expect((await check({ paths: [path, join(root, "dir"), join(root, "dir/../dir/a.yaml")] })).stdout).toBe(
      "1 file, 0 errors, 0 warnings\n",
    );
  });

  test("exits with 2 and names every path that cannot be read, and prints no result", async () => {
    const paths = [join(root, "absent.yaml"), write("a.yaml", VALID_POLICY), join(root, "missing")];
    const { exit, stdout, stderr } = await check({ paths, json: true });
    expect({
      exit,
      stdout,
      stderr: stderr.split("\n").map((line) => line.replace(/: ENOENT.*/, "")),
    }).toEqual({
      exit: 2,
      stdout: "",
      stderr: ["cannot read absent.yaml", "cannot read missing", ""],
    });
  });

  test("checks the configuration, too, and the policies under it", async () => {
    const paths = [write("a.yaml", VALID_POLICY.replace("64 }", "64, window: 2s }"))];
    const config = write("config.yaml", RECORDING_CONFIGURATION);
    const { exit, stdout } = await check({ paths, config });
    expect({
      exit,
      codes: [...stdout.matchAll(/^(\S+):.*\[(\w+)\]$/gm)].map(([, place, code]) => `${place} ${code}`),
    }).toEqual({
      exit: 1,
      codes: ["a.yaml:10:50 WINDOW_TOO_SHORT", "config.yaml:6:11 REPLICAS_FROM_PODS"],
    });
    expect(stdout).toContain("2 files, 1 error, 1 warning\n");
  });

  test("does not warn of a static list, and counts a configuration among the paths once", async () => {
    const config = write("dir/config.yaml", SCRAPE_CONFIGURATION);
    write("dir/a.yaml", VALID_POLICY);
    expect((await check({ paths: [join(root, "dir")], config })).stdout).toBe(
      "2 files, 0 errors, 0 warnings\n",
    );
  });

  test("refuses a policy in the configuration's place", async () => {
    const path = write("a.yaml", VALID_POLICY);
    expect(await check({ paths: [path], config: path })).toEqual({
      exit: 2,
      stdout: "",
      stderr: "a.yaml is a ScalingPolicy; --config takes a ScalerConfiguration\n",
    });
  });

  test("finds nothing in the six example policies, warnings included", async () => {
    expect(await check({ paths: [EXAMPLES], strict: true })).toEqual({
      exit: 0,
      stdout: "6 files, 0 errors, 0 warnings\n",
      stderr: "",
    });
  });

  test("reads no more of a huge file than it takes to refuse it", async () => {
    const path = write("a.yaml", "#".repeat(2 ** 20));
    expect((await check({ paths: [path] })).stdout).toMatch(
      /^a\.yaml:1:1: .*\[FILE_TOO_LARGE\]\n1 file, 1 error, 0 warnings\n$/,
    );
  });
});

describe("a policy and a scenario checked together", () => {
  const waiting = VALID_POLICY.concat("    queueDuration: { target: 50ms }\n");
  const surge = (candidate: string): string => VALID_SCENARIO.replace("../policies/burst.yaml", candidate);
  const WARNING =
    'policies/burst.yaml:11:30: warning: spec.signals.queueDuration.target is 50ms, below one execution of model "burst" (100ms, simulations/surge.yaml, line 13): it is missed whenever a request meets a busy server; raise it [QUEUE_TARGET_BELOW_EXECUTION]';
  const checked = async (policy: string, scenario: string): Promise<readonly string[]> => {
    const paths = [write("policies/burst.yaml", policy), write("simulations/surge.yaml", scenario)];
    return (await check({ paths })).stdout.split("\n");
  };

  test.each([
    { name: "tries it", scenario: surge("../policies/burst.yaml") },
    { name: "has its target among its workloads", scenario: surge("../policies/other.yaml") },
  ])("warn of a queue target below one execution where the scenario $name", async ({ scenario }) => {
    expect(await checked(waiting, scenario)).toEqual([WARNING, "2 files, 0 errors, 1 warning", ""]);
  });

  test("the warning is the one that the documents show", () => {
    expect(readFileSync(new URL("../../../docs/ERRORS.md", import.meta.url), "utf8")).toContain(WARNING);
  });

  test.each([
    { name: "a target above it", policy: waiting.replace("50ms", "100ms"), scenario: surge("x.yaml") },
    {
      name: "another workload",
      policy: waiting,
      scenario: surge("x.yaml").replace("name: triton-burst", "name: triton-other"),
    },
    {
      name: "an engine, which has no queue of executions",
      policy: waiting,
      scenario: surge("x.yaml").replace("batching: { maxBatchSize: 4 }", "engine: { maxConcurrency: 8 }"),
    },
  ])("say nothing of $name", async ({ policy, scenario }) => {
    expect(await checked(policy, scenario)).toEqual(["2 files, 0 errors, 0 warnings", ""]);
  });
});

describe("schema", () => {
  const run = async (kind: string): Promise<unknown> => {
    const written = { stdout: "", stderr: "" };
    const exit = await runSchema(kind, {
      stdout: (text) => void (written.stdout += text),
      stderr: (text) => void (written.stderr += text),
    });
    return { exit, ...written };
  };

  test.each([
    { kind: "policy", schema: policyJsonSchema },
    { kind: "configuration", schema: configurationJsonSchema },
    { kind: "simulation", schema: scenarioJsonSchema },
    { kind: "tuning", schema: tuningJsonSchema },
  ])("prints the schema of kind $kind", async ({ kind, schema }) => {
    expect(await run(kind)).toEqual({
      exit: 0,
      stdout: `${JSON.stringify(schema(), null, 2)}\n`,
      stderr: "",
    });
  });

  test("knows no other kind", async () => {
    expect(await run("service")).toEqual({
      exit: 2,
      stdout: "",
      stderr: 'there is no schema of "service"; known: policy, configuration, simulation, tuning\n',
    });
  });
});
