// The traces of a scenario are read from beside it, and refused where they cannot be what the scenario means.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { CommandError } from "../../../src/cli/command-error.ts";
import { readTraces } from "../../../src/cli/read-traces.ts";
import type { TrafficStream } from "../../../src/domain/scenario.ts";
import { counts, generated, phase, traced } from "../../support/arrivals.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { aModelScenario, aWorkloadScenario } from "../../support/workload-scenario.ts";

const REQUESTS =
  "send_s,model,replica,batch,http_status,latency_ms\n1.5,embedder,0,2,200,5\n2,tagger,0,1,200,5\n";

let directory = "";
beforeEach(async () => {
  directory = await temporaryDirectory();
  mkdirSync(join(directory, "recorded"));
  writeFileSync(join(directory, "recorded/requests.csv.gz"), gzipSync(REQUESTS));
  writeFileSync(join(directory, "counts.txt"), "1 2 3");
  writeFileSync(join(directory, "counts.txt.gz"), gzipSync("4 5"));
  writeFileSync(join(directory, "bad.txt"), "1 2\nx");
  writeFileSync(join(directory, "torn.txt.gz"), gzipSync("1 2 3 4 5 6").subarray(0, -9));
});

function scenario(model: string, traffic: readonly TrafficStream[]) {
  return { workloads: [aWorkloadScenario({ models: [aModelScenario({ name: model, traffic })] })] };
}

describe("the traces of a scenario", () => {
  test("are read once each, packed or not; a recording may be its folder", async () => {
    const perSecond = { format: "counts-per-second" } as const;
    const traffic = [
      generated({ kind: "poisson" }, [phase(10, 1)]),
      traced({ ...perSecond, path: "counts.txt" }),
      traced({ ...perSecond, path: "counts.txt", multiply: 3 }),
      traced({ format: "counts-per-minute", path: "counts.txt.gz" }),
      traced({ format: "recording", path: "recorded" }),
    ];
    expect(await readTraces(scenario("embedder", traffic), directory)).toEqual(
      new Map<string, unknown>([
        ["counts.txt", counts([1, 2, 3])],
        ["counts.txt.gz", counts([4, 5], 60)],
        [
          "recorded",
          {
            kind: "arrivals",
            times: Float64Array.of(1.5, 2),
            batches: Uint16Array.of(2, 1),
            models: { names: ["embedder", "tagger"], ids: Uint8Array.of(0, 1) },
          },
        ],
      ]),
    );
  });

  test.each<{ name: string; streams: readonly TrafficStream[]; says: string }>([
    {
      name: "that is not there",
      streams: [traced({ path: "gone.txt" })],
      says: "cannot read DIR/gone.txt: ENOENT: no such file or directory, stat 'DIR/gone.txt'",
    },
    {
      name: "with something wrong in it",
      streams: [traced({ path: "bad.txt", format: "counts-per-second" })],
      says: 'DIR/bad.txt:2: "x" in count 3; counts are whole numbers (read as counts-per-second)',
    },
    {
      name: "of another format",
      streams: [traced({ path: "counts.txt", format: "tidemark" })],
      says: "DIR/counts.txt: is no tidemark trace: it does not begin with TIDEMARK (read as tidemark)",
    },
    {
      name: "that cannot be unpacked",
      streams: [traced({ path: "torn.txt.gz", format: "counts-per-second" })],
      says: "DIR/torn.txt.gz cannot be unpacked: unexpected end of file",
    },
    {
      name: "that is a folder",
      streams: [traced({ path: "recorded", format: "mooncake" })],
      says: "DIR/recorded is a directory; the format mooncake is read from a file",
    },
    {
      name: "without requests of the model",
      streams: [traced({ path: "recorded", format: "recording" })],
      says: "trace recorded has no requests of model other; it has those of embedder, tagger",
    },
    {
      name: "that ends before it is to start",
      streams: [traced({ path: "counts.txt", format: "counts-per-second", fromSeconds: 4 })],
      says: "trace counts.txt is to play from 4s on, but ends at 3s",
    },
    {
      name: "of two formats",
      streams: [
        traced({ path: "counts.txt", format: "counts-per-second" }),
        traced({ path: "counts.txt", format: "counts-per-minute" }),
      ],
      says: "trace counts.txt is named as counts-per-second and as counts-per-minute",
    },
  ])("are bad input: one $name", async ({ streams, says }) => {
    const error = await readTraces(scenario("other", streams), directory).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CommandError);
    const told = error instanceof CommandError ? error : null;
    expect({ exit: told?.exit, says: told?.message.replaceAll(directory, "DIR") }).toEqual({ exit: 2, says });
  });
});
