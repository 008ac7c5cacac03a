// The rule of deploy/examples/prometheus-adapter as a real Prometheus evaluates it, filled in as the adapter does.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { ROOT } from "../../architecture/source-files.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const MISSING = spawnSync("promtool", ["--version"]).status !== 0;
if (MISSING && process.env["CI"] === "true")
  throw new Error("promtool is missing: apt-get install prometheus");
const COUNTER = "nv_inference_request_duration_us";

/** What the adapter asks for two pods of a namespace. */
function query(): string {
  const { rules } = parse(readFileSync(`${ROOT}deploy/examples/prometheus-adapter/config.yaml`, "utf8")) as {
    readonly rules: readonly { readonly metricsQuery: string }[];
  };
  return (rules[0]?.metricsQuery ?? "")
    .replace("<<.Series>>", COUNTER)
    .replace("<<.LabelMatchers>>", 'namespace="ai-inference",pod=~"a|b"')
    .replace("<<.GroupBy>>", "pod");
}

describe.skipIf(MISSING)(`the adapter's rule${MISSING ? ": promtool is not installed" : ""}`, () => {
  test("gives each pod its mean number of requests, over models, versions and Triton's zero series", async () => {
    const series = (labels: string, values: string) => ({
      series: `${COUNTER}{namespace="ai-inference",${labels}}`,
      values,
    });
    const file = join(await temporaryDirectory(), "rule.yaml");
    // Every 5 s: pod a has 2 requests of one model and 1 of another under way at any time, b has 4 and was restarted.
    const document = {
      evaluation_interval: "5s",
      tests: [
        {
          interval: "5s",
          input_series: [
            series('pod="a",model="m",version="1",gpu_uuid="g"', "0+10000000x24"),
            series('pod="a",model="m",version="1"', "0x24"),
            series('pod="a",model="n",version="2",gpu_uuid="g"', "0+5000000x24"),
            series('pod="b",model="m",version="1",gpu_uuid="g"', "0+20000000x16 20000000+20000000x8"),
            series('pod="c",model="m",version="1",gpu_uuid="g"', "0+10000000x24"),
          ],
          promql_expr_test: [
            {
              expr: query(),
              eval_time: "2m",
              exp_samples: [
                { labels: '{pod="a"}', value: 3 },
                { labels: '{pod="b"}', value: 4 },
              ],
            },
          ],
        },
      ],
    };
    await writeFile(file, stringify(document));
    const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});
