// Samples printed as pages: what the parser reads of them is what was printed.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minutes } from "../../../src/domain/units.ts";
import { parseExposition } from "../../../src/observe/exposition.ts";
import { printScrapes } from "../../../src/observe/print-exposition.ts";
import { SampleBuffer } from "../../../src/observe/sample-buffer.ts";
import { at } from "../../support/builders.ts";
import { aDeviceSeries, aPod, aSeries } from "../../support/samples-builder.ts";

const SUCCESS = "nv_inference_request_success";

describe("the pages of a pod", () => {
  test("hold the samples of their instant, sorted, and say which attempts failed", () => {
    const pod = aPod(
      "triton-0",
      [
        aSeries(
          SUCCESS,
          [
            [1, 10],
            [3, 12.5],
          ],
          { gpuUuid: "GPU-1" },
        ),
        aDeviceSeries("nv_gpu_memory_used_bytes", [[3, 1e21]], "GPU-1"),
      ],
      { scrapes: [1, 2, 3, 4].map((t) => ({ at: at(t), up: t !== 2 })) },
    );
    expect(printScrapes(pod, null)).toEqual([
      { at: at(1), text: `${SUCCESS}{gpu_uuid="GPU-1",model="embedder",version="1"} 10\n` },
      { at: at(2), text: null },
      {
        at: at(3),
        text:
          'nv_gpu_memory_used_bytes{gpu_uuid="GPU-1"} 1e+21\n' +
          `${SUCCESS}{gpu_uuid="GPU-1",model="embedder",version="1"} 12.5\n`,
      },
      { at: at(4), text: "# no samples\n" },
    ]);
  });

  test("begin after the instant asked for, and count samples without an attempt as one", () => {
    const series = aSeries(SUCCESS, [
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const pod = aPod("triton-0", [series], { scrapes: [] });
    expect(printScrapes(pod, at(2))).toEqual([
      { at: at(3), text: `${SUCCESS}{model="embedder",version="1"} 3\n` },
    ]);
  });

  const label = fc.option(fc.string({ unit: "binary", maxLength: 6 }));
  const value = fc.oneof(
    fc.double().map((number) => number + 0),
    fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY),
  );

  test("are read as what was printed, whatever labels and values hold", () => {
    const printable = fc.tuple(label, label, value);
    fc.assert(
      fc.property(printable, ([model, reason, number]) => {
        const series = aSeries(SUCCESS, [[1, number]], { model, reason });
        const [page] = printScrapes(aPod("triton-0", [series]), null);
        const parsed = parseExposition(page?.text ?? "");
        if (!parsed.ok) throw new Error(parsed.failure.message);
        const buffer = new SampleBuffer({ keep: minutes(10) });
        buffer.scraped("triton-0", at(1), parsed.value);
        expect(buffer.series("triton-0", at(1), minutes(10))).toEqual([series]);
      }),
    );
  });
});
