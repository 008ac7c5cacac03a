// A policy may be asked for by its bare name; who asks for one that is not there is told which are.

import { describe, expect, test } from "vitest";
import { AskedPolicy } from "../../../src/cli/asked-policy.ts";
import { at } from "../../support/builders.ts";

function askedAmong(name: string, keys: readonly string[]): AskedPolicy {
  const asked = new AskedPolicy(name, "log.jsonl");
  for (const key of keys) asked.isAsked(key);
  return asked;
}

describe("the policy that is asked for", () => {
  test.each([
    { name: "by its bare name", asked: "embedder", keys: ["a/embedder", "a/reranker"], key: "a/embedder" },
    {
      name: "with its namespace",
      asked: "b/embedder",
      keys: ["a/embedder", "b/embedder"],
      key: "b/embedder",
    },
    { name: "not by the end of a name", asked: "embedder", keys: ["a/old-embedder"], key: null },
    { name: "told of again", asked: "embedder", keys: ["a/embedder", "a/embedder"], key: "a/embedder" },
  ])("$name", ({ asked, keys, key }) => {
    expect(askedAmong(asked, keys).key).toBe(key);
  });

  test("a bare name that two have is refused", () => {
    expect(() => askedAmong("embedder", ["a/embedder", "b/embedder"])).toThrow(
      "several policies are named embedder: a/embedder, b/embedder",
    );
  });
});

describe("where nothing is known", () => {
  const twelve = Array.from({ length: 12 }, (_, index) => `a/p${index}`);
  test.each([
    { name: "of anybody", keys: [], by: null, message: "no record of x" },
    {
      name: "of it by then",
      keys: ["a/x"],
      by: at(0),
      message: "no record of x at or before 2026-01-05T00:00:00.000Z",
    },
    {
      name: "of it, but of others",
      keys: ["a/b", "a/c"],
      by: null,
      message: "no record of x; log.jsonl tells of a/b, a/c",
    },
    {
      name: "of it, but of many",
      keys: twelve,
      by: null,
      message: `no record of x; log.jsonl tells of ${twelve.slice(0, 10).join(", ")} and 2 more`,
    },
  ])("$name", ({ keys, by, message }) => {
    expect(askedAmong("x", keys).nothingKnown(by)).toMatchObject({ exit: 1, message });
  });
});
