// `tidemark simulate` around its engine: which runs it asks for, what it prints and writes, and how it ends.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runsOf, type Setting, simulate } from "../../support/simulate-rig.ts";
import { gpuHours, simulationRun } from "../../support/simulation-run.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { VALID_POLICY } from "../policy/documents.ts";
import { VALID_SCENARIO } from "../policy/scenario-documents.ts";

describe("simulate", () => {
  test("runs every candidate over every seed, ours first, scored by our policies", async () => {
    const ran = await simulate({});
    expect(runsOf(ran)).toEqual(["ours 7", "ours 8", "fixed-3 7", "fixed-3 8"]);
    expect(ran.asked.map(({ ours }) => ours.map(({ key }) => key))).toEqual(
      Array.from({ length: 4 }, () => ["ai-inference/burst"]),
    );
  });

  test("takes one seed in the place of the list", async () => {
    expect(runsOf(await simulate({ options: { seed: "0" } }))).toEqual(["ours 0", "fixed-3 0"]);
  });

  test("adds the standard rules, but for names that are taken", async () => {
    const ran = await simulate({ options: { baselines: true, seed: "1" } });
    expect(runsOf(ran)).toEqual(["ours 1", "fixed-3 1", "knative 1"]);
    expect(ran.asked[1]?.candidate).toMatchObject({ parameters: { replicas: 3 } });
  });

  test("tries the policies of a folder in the place of ours, passing over those of other workloads", async () => {
    const ran = await simulate({
      options: { policies: "others", seed: "1" },
      files: {
        "others/a.yaml": VALID_POLICY.replace("max: 8", "max: 5"),
        "others/b.yaml": VALID_POLICY.replace("name: burst }\nspec", "name: b }\nspec").replace(
          "triton-burst",
          "triton-b",
        ),
      },
    });
    expect(ran.asked.map(({ ours }) => ours.map(({ policy }) => policy.replicas.max))).toEqual([[5], [5]]);
  });

  test("says the verdict, then the table, and how long it took elsewhere", async () => {
    const { exit, stdout, stderr } = await simulate({});
    expect(exit).toBe(0);
    expect(
      stdout,
    ).toBe(`ok: all expectations are met; ours holds its objective with 2.000 GPU-hours, the fewest of the 2 candidates that do
candidates, means of 2 seeds:
  ours: 99.50 % in time, 2.000 GPU-hours, p99 199 ms, 1 reversal
  fixed-3: 99.50 % in time, 2.000 GPU-hours, p99 199 ms, 1 reversal; against ours: GPU-hours +0.000 (+0.000 to +0.000) = +0.0 %, in time +0.00 (+0.00 to +0.00) points
assumed:
  metrics: scraped every 15s, read 2s late, none lost
  replicas: by KEDA and the HPA of Kubernetes 1.35, synced every 15s
  start-up of ai-inference/triton-burst: load 25s (95 % within 60s), pull 0s, probed every 10s
  room: there is always a free GPU
  service: an execution takes what its batch size says, without spread or contention
  2 seeds, the same traffic for every candidate: differences are paired, intervals Student's at 95 %

candidate  requests  in time  p50 ms  p99 ms  GPU-h  idle GPU-h  replicas  out   in  reversals  recovery s
ours           1000  99.50 %   110.0   199.0  2.000       1.000       3–8  2.0  5.0        1.0          12
fixed-3        1000  99.50 %   110.0   199.0  2.000       1.000       3–8  2.0  5.0        1.0          12
`);
    expect(stderr).toMatch(/^4 runs, 4000 requests in [0-9]+\.[0-9]{2} s\n$/);
  });

  test("prints one JSON document with the keys in their order", async () => {
    const { stdout } = await simulate({ options: { json: true, seed: "1" } });
    expect(stdout).toBe(
      `${JSON.stringify({
        kind: "SimulationResult",
        v: 1,
        version: "0.1.0",
        scenario: "surge",
        scenarioHash: JSON.parse(stdout).scenarioHash,
        runs: [simulationRun(), simulationRun({ candidate: "fixed-3" })],
        expect: [{ candidate: "ours", ok: true, missed: [] }],
        ok: true,
      })}\n`,
    );
    expect(JSON.parse(stdout).scenarioHash).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    {
      name: "an expectation is missed",
      changes: { attainmentRatio: 0.98 },
      line: "  ours: attainmentRatio 0.98,",
    },
    {
      name: "an invariant is broken",
      changes: { invariantBreaches: ["left its bounds"] },
      line: "  ours: invariant broken: left its bounds",
    },
  ])("exits with 1 and says why where $name", async ({ changes, line }) => {
    const { exit, stdout } = await simulate({ changes });
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^NOT ok: /);
    expect(stdout).toContain(line);
  });

  test("exits with 0 where nothing is expected, however dear it was", async () => {
    expect(await simulate({ scenario: VALID_SCENARIO, changes: { gpuHours: gpuHours(900) } })).toMatchObject({
      exit: 0,
    });
  });
});

describe("the files of simulate", () => {
  test("hold ticks of the first seed, requests and log of the first candidate's first seed", async () => {
    const directory = await temporaryDirectory();
    const options = { timeline: "t.csv", requests: "r.csv", decisions: "d.jsonl" };
    const { asked } = await simulate({ directory, options });
    expect(asked.map(({ keepRequests }) => keepRequests)).toEqual([true, false, false, false]);
    const read = (name: string) => readFile(join(directory, name), "utf8");
    const row = (candidate: string): string =>
      `15,${candidate},ai-inference/triton-burst,36.133333,3,3,3,0,0,,4,199.25,"ABOVE_TARGET, ""so to say"""`;
    expect(await read("t.csv")).toBe(
      [
        "timeSeconds,candidate,workload,arrivalRate,pending,desired,ready,starting,draining,recommendedRaw,published,latencyP99Ms,reason",
        row("ours"),
        row("fixed-3"),
        "",
      ].join("\n"),
    );
    expect(await read("r.csv")).toBe(
      [
        "arrivalSeconds,model,replica,batch,status,latencyMs",
        "0.5,burst,,1,rejected,",
        "1,other,,1,rejected,",
        "1,other,two-0,1,succeeded,100",
        "2,burst,one-0,1,succeeded,100",
        "",
      ].join("\n"),
    );
    expect(await read("d.jsonl")).toBe(
      '{"kind":"policy","v":1,"version":"0.1.0","at":"2026-01-05T00:00:15.000Z","policy":"ai-inference/burst","policyHash":"ours 7","document":{}}\n',
    );
  });

  test("end the command with 3 before anything is run where they cannot be written", async () => {
    const ran = await simulate({ options: { timeline: "absent/t.csv" } });
    expect(ran.exit).toMatch(/^3: cannot write absent\/t\.csv: ENOENT/);
    expect(ran.asked).toEqual([]);
  });
});

describe("simulate ends with 2 and runs nothing", () => {
  const foreign = VALID_POLICY.replace("name: triton-burst", "name: triton-other");
  const cases: readonly (Setting & { readonly name: string; readonly exit: string })[] = [
    {
      name: "a seed that is none",
      options: { seed: "-1" },
      exit: "2: --seed -1 is no seed: a whole number from 0 to 4294967295",
    },
    {
      name: "a scenario with a mistake",
      scenario: VALID_SCENARIO.replace("duration: 30m", "duration: 30"),
      exit: "2: simulations/surge.yaml:5:13: spec.duration is 30, must be a duration with a unit, as 500ms, 90s or 1h30m [BAD_DURATION]",
    },
    {
      name: "a policy in the scenario's place",
      scenario: VALID_POLICY,
      exit: '2: simulations/surge.yaml:1:1: kind is "ScalingPolicy", must be Simulation; give the policies by --policies [UNKNOWN_KIND]',
    },
    {
      name: "a policy with a mistake",
      policy: VALID_POLICY.replace("max: 8", "max: 0"),
      exit: "2: policies/burst.yaml:7:28: spec.replicas.max is 0, must be at least 1 [OUT_OF_RANGE]",
    },
    {
      name: "a policy for another workload",
      policy: foreign,
      exit: "2: policies/burst.yaml: target Deployment ai-inference/triton-other is no workload of scenario surge, which has Deployment ai-inference/triton-burst",
    },
    {
      name: "a policy for a model that is not served",
      policy: VALID_POLICY.replace("models: [ { name: burst } ]", "models: [ { name: bert } ]"),
      exit: "2: policies/burst.yaml: model bert is not served by ai-inference/triton-burst, which has burst",
    },
    {
      name: "two policies for one workload",
      scenario: VALID_SCENARIO.replace("../policies/burst.yaml", "../policies"),
      files: { "policies/second.yaml": VALID_POLICY.replace("name: burst }\nspec", "name: second }\nspec") },
      exit: "2: policies/second.yaml and policies/burst.yaml are both for ai-inference/triton-burst",
    },
    {
      name: "a folder without a policy for the scenario",
      options: { policies: "others" },
      files: { "others/a.yaml": foreign },
      exit: "2: no policy in others is for a workload of scenario surge",
    },
  ];

  test.each(cases)("for $name", async (setting) => {
    const ran = await simulate(setting);
    expect({ exit: ran.exit, stdout: ran.stdout, asked: ran.asked }).toEqual({
      exit: setting.exit,
      stdout: "",
      asked: [],
    });
  });

  test("for files that are not there", async () => {
    const absent = VALID_SCENARIO.replace("../policies/burst.yaml", "../policies/absent.yaml");
    expect((await simulate({ scenario: absent })).exit).toMatch(
      /^2: cannot read policies\/absent\.yaml: ENOENT/,
    );
    const traced = VALID_SCENARIO.replace(
      "{ generator: poisson, phases: [ { for: 45s, rate: 36 } ] }",
      "{ trace: { path: day.csv, format: counts-per-second } }",
    );
    expect((await simulate({ scenario: traced })).exit).toMatch(
      /^2: cannot read simulations\/day\.csv: ENOENT/,
    );
  });
});

describe("the hash of a scenario", () => {
  const hashOf = async (scenario: string, trace = "1\n"): Promise<string> => {
    const { stdout } = await simulate({
      scenario,
      options: { json: true },
      files: { "simulations/day.csv": trace },
    });
    return JSON.parse(stdout).scenarioHash;
  };
  const traced = VALID_SCENARIO.replace(
    "{ generator: poisson, phases: [ { for: 45s, rate: 36 } ] }",
    "{ trace: { path: day.csv, format: counts-per-second } }",
  );

  test("does not change with comments and defaults that are written out", async () => {
    const written = VALID_SCENARIO.concat("  warmup: 0s # none\n  seeds: [ 1 ]\n");
    expect(await hashOf(written)).toBe(await hashOf(VALID_SCENARIO));
  });

  test("changes with any value, and with what a trace holds", async () => {
    const hashes = [
      await hashOf(VALID_SCENARIO),
      await hashOf(VALID_SCENARIO.replace("rate: 36", "rate: 37")),
      await hashOf(traced),
      await hashOf(traced, "2\n"),
    ];
    expect(new Set(hashes).size).toBe(4);
  });
});
