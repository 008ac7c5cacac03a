// Control events come in the order of their times; at one time by kind, then as they were added.

import fc from "fast-check";
import { expect, test } from "vitest";
import { EVENT, type EventKind, EventQueue } from "../../../../src/simulator/world/event-queue.ts";

const KINDS: readonly EventKind[] = Object.values(EVENT);

test("events come by time, kind and the order in which they were added, whatever is added in between", () => {
  const event = fc.record({ time: fc.integer({ min: 0, max: 20 }), kind: fc.constantFrom(...KINDS) });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 600 }), (events) => {
      const queue = new EventQueue();
      for (const [subject, { time, kind }] of events.entries()) queue.add(time, kind, subject);
      const taken: number[] = [];
      while (queue.take(20)) taken.push(queue.subject);
      const expected = events
        .map((each, subject) => ({ ...each, subject }))
        .toSorted(
          (one, other) => one.time - other.time || one.kind - other.kind || one.subject - other.subject,
        )
        .map(({ subject }) => subject);
      expect(taken).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("an event after the limit stays for later", () => {
  const queue = new EventQueue();
  queue.add(5, EVENT.tick, 1);
  queue.add(7, EVENT.pod, 2);
  expect([queue.take(6), queue.time, queue.kind, queue.subject]).toEqual([true, 5, EVENT.tick, 1]);
  expect(queue.take(6)).toBe(false);
  expect([queue.take(7), queue.subject]).toEqual([true, 2]);
  expect(queue.take(100)).toBe(false);
});

test("at the limit itself only kinds before the one that is named come", () => {
  const queue = new EventQueue();
  queue.add(5, EVENT.hand, 1);
  queue.add(6, EVENT.tick, 2);
  queue.add(6, EVENT.scrape, 3);
  expect([queue.take(6, EVENT.tick), queue.subject]).toEqual([true, 1]);
  expect([queue.take(6, EVENT.tick), queue.subject]).toEqual([true, 3]);
  expect(queue.take(6, EVENT.tick)).toBe(false);
  expect([queue.take(7, EVENT.tick), queue.subject]).toEqual([true, 2]);
});
