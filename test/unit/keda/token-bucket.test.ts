// A burst, then a rate.

import { expect, test } from "vitest";
import { millis } from "../../../src/domain/units.ts";
import { TokenBucket } from "../../../src/keda/token-bucket.ts";
import { RECORD_AT } from "../../support/registry-builder.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";

function takeAll(bucket: TokenBucket): number {
  let taken = 0;
  while (taken < 1000 && bucket.take()) taken += 1;
  return taken;
}

test("a token bucket gives its burst at once, then its rate, and never more than its burst", () => {
  const time = new ScriptedTime(RECORD_AT);
  const bucket = new TokenBucket({ perSecond: 10, burst: 20, timers: time });
  const taken = [0, 99, 1, 500, 60_000].map((waited) => {
    time.advance(millis(waited));
    return takeAll(bucket);
  });
  expect(taken).toEqual([20, 0, 1, 5, 20]);
});
