// How many streams may be open, how long, and how they end.

import { describe, expect, test } from "vitest";
import { millis, minutes } from "../../../src/domain/units.ts";
import { type OpenStream, OpenStreams } from "../../../src/keda/open-streams.ts";
import { RECORD_AT } from "../../support/registry-builder.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";

function start(streamsMax = 10) {
  const time = new ScriptedTime(RECORD_AT);
  const counts: number[] = [];
  const streams = new OpenStreams({
    streamsMax,
    ageMax: minutes(9),
    timers: time,
    changed: (open) => counts.push(open),
  });
  const ends: number[] = [];
  const open = (): { readonly stream: OpenStream; readonly admitted: boolean } => {
    const stream = {
      end: () => {
        ends.push(time.elapsedMs());
        streams.release(stream);
      },
    };
    return { stream, admitted: streams.admit(stream) };
  };
  return { time, counts, streams, ends, open };
}

describe("open streams", () => {
  test("are bounded in number, and a place is free again after an end", () => {
    const { streams, counts, open } = start(2);
    const first = open();
    const admitted = [first.admitted, open().admitted, open().admitted];
    streams.release(first.stream);
    streams.release(first.stream);
    expect([...admitted, open().admitted]).toEqual([true, true, false, true]);
    expect(counts).toEqual([1, 2, 1, 2]);
  });

  test("end at 9 minutes at the latest, spread over the last fifth of it", () => {
    const { time, ends, open } = start(1000);
    for (let count = 0; count < 1000; count += 1) open();
    time.advance(minutes(9));
    const tenths = ends.map((ms) => Math.floor((ms - 432_000) / 10_800));
    const perTenth = Array.from(
      { length: 10 },
      (_, tenth) => tenths.filter((found) => found === tenth).length,
    );
    expect(perTenth.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(Math.min(...perTenth)).toBeGreaterThanOrEqual(98);
  });

  test("end all at once on request, and later ones as soon as they open", () => {
    const { time, streams, ends, open } = start();
    open();
    open();
    streams.endAll();
    expect(ends).toEqual([0, 0]);
    open();
    time.advance(millis(0));
    expect(ends).toEqual([0, 0, 0]);
    expect(time.pending).toBe(0);
  });
});
