// `tidemark trace`: what is converted can be shown, and plays as what it was made from.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readTraceFile } from "../../../src/cli/trace-file.ts";
import { command } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const HEADER = "send_s,model,replica,batch,http_status,latency_ms";
const REQUESTS = [HEADER, "1,a,0,2,200,5", "1.5,b,0,1,200,5", "1.5,a,0,1,503,5", "4,a,0,16,200,5", ""].join(
  "\n",
);
const CLIENTS =
  "client_id,window_start_s,rate_rps,cv,arrival_dist\n0,0,2,1.5,Gamma\n0,600,4,1,Weibull\n1,0,1,1,\n";

let directory = "";
let file: (name: string) => string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = (name) => join(directory, name);
  writeFileSync(file("requests.csv"), REQUESTS);
  writeFileSync(file("counts.txt"), "4 0 2\n");
  writeFileSync(file("clients.csv"), CLIENTS);
});

describe("trace convert", () => {
  test("writes a file that holds the same requests, and says where they are from", async () => {
    const origin = ["--source", "our own cluster", "--licence", "Apache-2.0"];
    const args = ["trace", "convert", file("requests.csv"), "--format", "recording", ...origin];
    const ran = await command(...args, "--out", file("day.tidemark"));
    const bytes = readFileSync(file("day.tidemark")).length;
    expect(ran).toEqual({
      code: 0,
      stdout: `${file("day.tidemark")}: 4 requests in 4 s, ${bytes} bytes\n`,
      stderr: "",
    });
    const original = await readTraceFile(file("requests.csv"), "recording");
    expect(await readTraceFile(file("day.tidemark"), "tidemark")).toEqual({
      trace: original.trace,
      origin: { source: "our own cluster", licence: "Apache-2.0" },
    });
  });

  test("keeps counts as counts, named by their file where nothing else is told", async () => {
    const args = ["trace", "convert", file("counts.txt"), "--format", "counts-per-minute"];
    expect(await command(...args, "--out", file("c"))).toMatchObject({ code: 0 });
    const shown = await command("trace", "show", file("c"));
    expect(shown).toEqual({
      code: 0,
      stdout: [
        "holds                  counts",
        `source                 ${file("counts.txt")}`,
        "requests               6",
        "length                 180 s",
        "mean rate              0.033 requests/s",
        "peak rate over 60 s    0.067 requests/s",
        "Fano factor over 60 s  1.333",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  test.each([
    { name: "no format", args: ["--out", "x"], code: 2, says: "--format <format>" },
    {
      name: "an unknown format",
      args: ["--format", "csv", "--out", "x"],
      code: 2,
      says: "Allowed choices are",
    },
    {
      name: "clients, who have no requests",
      input: "clients.csv",
      args: ["--format", "servegen", "--out", "x"],
      code: 2,
      says: "holds no requests but rates of clients; use it as it is, with format: servegen",
    },
    {
      name: "what is converted already",
      args: ["--format", "tidemark", "--out", "x"],
      code: 2,
      says: "the format tidemark needs no conversion",
    },
    {
      name: "a file that is wrong",
      args: ["--format", "mooncake", "--out", "x"],
      code: 2,
      says: "counts.txt:1: timestamp is missing, must be a number of milliseconds",
      text: "{}\n",
    },
    {
      name: "a place where nothing can be written",
      args: ["--format", "counts-per-second", "--out", "/nowhere/x"],
      code: 3,
      says: "cannot write /nowhere/x: ENOENT",
    },
  ])("refuses $name", async ({ input = "counts.txt", args, code, says, text }) => {
    if (text !== undefined) writeFileSync(file(input), text);
    const ran = await command("trace", "convert", file(input), ...args);
    expect(ran.stderr).toContain(says);
    expect(ran).toMatchObject({ code, stdout: "" });
  });
});

describe("trace show", () => {
  test("prints one JSON document", async () => {
    const ran = await command("trace", "show", file("requests.csv"), "--format", "recording", "--json");
    expect(JSON.parse(ran.stdout)).toEqual({
      kind: "TraceStatistics",
      v: 1,
      trace: "arrivals",
      source: null,
      licence: null,
      models: ["a", "b"],
      requests: 4,
      lengthSeconds: 4,
      meanRate: 1,
      peakRate: 3,
      // Gaps of 0.5, 0 and 2.5 s; seconds of 0, 3, 0 and 0 requests.
      interarrivalCv: expect.closeTo(Math.sqrt(3.5 / 3), 9),
      fanoFactor: expect.closeTo(2.25, 9),
      binSeconds: 1,
    });
  });

  test("prints what is expected of clients", async () => {
    const ran = await command("trace", "show", file("clients.csv"), "--format", "servegen");
    expect(ran.stdout).toBe(
      [
        "holds                 clients",
        "requests              4200",
        "length                1200 s",
        "mean rate             3.5 requests/s",
        "peak rate over 600 s  4 requests/s",
        "",
      ].join("\n"),
    );
  });

  test("refuses a damaged file", async () => {
    await command(
      "trace",
      "convert",
      file("counts.txt"),
      "--format",
      "counts-per-second",
      "--out",
      file("c"),
    );
    const bytes = readFileSync(file("c"));
    bytes[bytes.length - 1] = 7;
    writeFileSync(file("c"), bytes);
    const ran = await command("trace", "show", file("c"));
    expect(ran.stderr).toContain(`${file("c")}: is damaged: the columns' sha256 is`);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
  });
});
