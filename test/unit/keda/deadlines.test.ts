// Calls that are open too long, in scripted time.

import { expect, test } from "vitest";
import { millis, seconds } from "../../../src/domain/units.ts";
import { Deadlines, type Span } from "../../../src/keda/deadlines.ts";
import { RECORD_AT } from "../../support/registry-builder.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";

test("each call expires at its own deadline, unless it is released before", () => {
  const time = new ScriptedTime(RECORD_AT);
  const deadlines = new Deadlines(seconds(1), time);
  const expired: string[] = [];
  const watch = (name: string): Span => {
    const span: Span = { startedMs: time.elapsedMs(), slot: -1 };
    const expire = (): void => {
      deadlines.release(span);
      expired.push(`${name} ${time.elapsedMs()}`);
    };
    deadlines.watch({ expire }, span);
    return span;
  };
  watch("first");
  time.advance(millis(400));
  const answered = watch("answered");
  watch("second");
  deadlines.release(answered);
  deadlines.release(answered);
  watch("third");
  watch("fourth");
  time.advance(seconds(5));
  watch("late");
  time.advance(seconds(5));
  expect(expired).toEqual(["first 1000", "third 1400", "second 1400", "fourth 1400", "late 6400"]);
  expect(time.pending).toBe(0);
  watch("left");
  deadlines.expireAll();
  expect(expired.at(-1)).toBe("left 10400");
});
