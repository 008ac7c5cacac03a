// Every test that docs/FAULTS.md names is where it says.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./source-files.ts";

const TEXT = readFileSync(`${ROOT}docs/FAULTS.md`, "utf8");
const NAMED = /\]\(([^)]+)\) “([^”]+)”/g;
const ROWS = TEXT.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| Fault |"));

test.each(ROWS)("%s", (row) => {
  const named = [...row.matchAll(NAMED)];
  expect(named.length).toBeGreaterThan(0);
  const missing = named.filter(([, path = "", part = ""]) => {
    const source = readFileSync(join(ROOT, "docs", path), "utf8").replaceAll('\\"', '"');
    return !source.includes(part);
  });
  expect(missing.map(([whole]) => whole)).toEqual([]);
});
