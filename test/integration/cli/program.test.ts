// Exit codes and complaints: bad usage, bad input, a failing environment, and nothing found.

import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";
import { initialState } from "../../../src/domain/state.ts";
import {
  command,
  DEMO_POLICIES,
  folderWith,
  policyText,
  recordingConfiguration,
  SURGE,
  writeConfiguration,
} from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

describe("usage", () => {
  test.each([
    { name: "no command", args: [], code: 2, says: "Usage: tidemark" },
    { name: "an unknown command", args: ["scale"], code: 2, says: "unknown command 'scale'" },
    { name: "a missing option", args: ["serve", "--config", "x.yaml"], code: 2, says: "--policies <dir>" },
    {
      name: "an unknown option",
      args: ["replay", "log", "--fast"],
      code: 2,
      says: "unknown option '--fast'",
    },
    { name: "a missing argument", args: ["check"], code: 2, says: "missing required argument 'path'" },
    {
      name: "both sources of an explanation",
      args: ["explain", "p", "--log", "l", "--url", "http://x"],
      code: 2,
      says: "cannot be used with",
    },
    {
      name: "no source of an explanation",
      args: ["explain", "p"],
      code: 2,
      says: "exactly one of --log FILE and --url URL",
    },
    {
      name: "an instant that is none",
      args: ["explain", "p", "--log", "l", "--at", "noon"],
      code: 2,
      says: "--at noon is no instant",
    },
    {
      name: "a demo without a unit",
      args: ["demo", "--for", "20"],
      code: 2,
      says: "--for 20 is no duration",
    },
    {
      name: "an address without a port",
      args: ["demo", "--grpc", "localhost"],
      code: 2,
      says: '"localhost" is no address',
    },
    { name: "a schema of nothing", args: ["schema", "cat"], code: 2, says: "known: policy" },
  ])("$name", async ({ args, code, says }) => {
    const ran = await command(...args);
    expect(ran.stderr).toContain(says);
    expect(ran).toMatchObject({ code, stdout: "" });
  });

  test.each([["--help"], ["serve", "--help"], ["--version"]])(
    "%s %s is answered on stdout",
    async (...args) => {
      const ran = await command(...args.filter((arg) => arg !== undefined));
      expect(ran).toMatchObject({ code: 0, stderr: "" });
      expect(ran.stdout).toMatch(/^(Usage: tidemark|0\.1\.0\n)/);
    },
  );
});

describe("input", () => {
  test("a configuration that is not there", async () => {
    const ran = await command("serve", "--config", "/nowhere/config.yaml", "--policies", DEMO_POLICIES);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("cannot read the configuration /nowhere/config.yaml");
  });

  test("a configuration with a mistake is said as `check` says it", async () => {
    const file = await writeConfiguration(await temporaryDirectory(), "  sauce: 1\n");
    const ran = await command("serve", "--config", file, "--policies", DEMO_POLICIES);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(`${file}:5:3: unknown key "sauce"`);
  });

  test("a folder of policies that is not there", async () => {
    const config = await recordingConfiguration(await temporaryDirectory());
    const ran = await command("serve", "--config", config, "--policies", "/nowhere");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("cannot read the policy directory /nowhere");
  });

  test("a folder without a valid policy, with what is wrong", async () => {
    const config = await recordingConfiguration(await temporaryDirectory());
    const folder = await folderWith({ "bad.yaml": policyText({ max: 0 }) });
    const ran = await command("serve", "--config", config, "--policies", folder);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(new RegExp(`^${join(folder, "bad.yaml")}:\\d+:\\d+: .+ \\[[A-Z_]+\\]\n`));
    expect(ran.stderr).toContain("no valid policy in");
  });

  test("a backtest with one invalid policy among others does nothing", async () => {
    const folder = await folderWith({
      "a.yaml": policyText(),
      "bad.yaml": policyText({ name: "b", max: 0 }),
    });
    const ran = await command("backtest", SURGE, "--policies", folder);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("bad.yaml:");
  });

  test("a backtest of no recording", async () => {
    const ran = await command("backtest", await temporaryDirectory(), "--policies", DEMO_POLICIES);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).not.toBe("");
  });

  test("a backtest under a configuration that scrapes", async () => {
    const source = `  source:
    kind: scrape
    scrape:
      interval: 1s
      timeout: 900ms
      targets: [ { namespace: a, workload: w, pod: w-0, url: "http://127.0.0.1:1/metrics" } ]
`;
    const config = await writeConfiguration(await temporaryDirectory(), source);
    const ran = await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--config", config);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(
      'the source of configuration test is "scrape", a backtest needs "recording"',
    );
  });

  test.each([
    { name: "no file", text: null, says: "cannot read" },
    { name: "an empty file", text: "", says: "holds no decision records" },
    { name: "other JSON", text: '{"a":1}\n', says: ":1: not a record" },
    {
      name: "no JSON in the middle",
      text: `${JSON.stringify({ kind: "state", policy: "a/b", state: initialState() })}\noops\n{"kind":"state"}\n`,
      says: ":2: not JSON",
    },
  ])("a replay of $name", async ({ text, says }) => {
    const file = join(await temporaryDirectory(), "log.jsonl");
    if (text !== null) await writeFile(file, text);
    const ran = await command("replay", file);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(says);
  });
});

describe("environment", () => {
  test("a port that is taken", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void blocker.close());
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const config = await recordingConfiguration(await temporaryDirectory(), { grpc: `127.0.0.1:${port}` });
    const ran = await command("serve", "--config", config, "--policies", DEMO_POLICIES);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(`cannot listen on 127.0.0.1:${port} for gRPC`);
  });

  test.each([
    { name: "a decision log in no folder", file: "missing/live.jsonl" },
    { name: "a decision log that is a folder", file: "folder" },
  ])("$name", async ({ file }) => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "folder"));
    const config = await recordingConfiguration(directory, { more: `  decisions: { file: ${file} }\n` });
    const ran = await command("serve", "--config", config, "--policies", DEMO_POLICIES);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(`cannot write ${join(directory, file)}`);
  });

  test("a service that is not there to explain", async () => {
    const ran = await command("explain", "embedder", "--url", "http://127.0.0.1:1");
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain("cannot reach http://127.0.0.1:1");
  });
});
