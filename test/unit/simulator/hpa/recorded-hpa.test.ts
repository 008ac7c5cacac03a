// The HPA against recordings of the real controller: every third recording here, all of them by `npm run verify:hpa`.

import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { replayVector } from "../../../verify/hpa-replay.ts";
import { familyOf, readVectors, vectorFiles } from "../../../verify/hpa-vector.ts";

const FOLDER = fileURLToPath(new URL("../../../../../shared/vectors/hpa/", import.meta.url));
const FILES = existsSync(FOLDER) ? vectorFiles(FOLDER) : [];
const EVERY = 3;

describe.skipIf(FILES.length === 0)("recorded syncs (skipped where ../shared/vectors/hpa is missing)", () => {
  test.each(FILES.map((file) => ({ file, release: basename(dirname(file)), family: familyOf(file) })))(
    "$release $family: every step equal",
    ({ file }) => {
      let steps = 0;
      const differences = [...readVectors(file, EVERY)].flatMap((vector) => {
        steps += vector.steps.length;
        return replayVector(vector);
      });
      expect(differences).toEqual([]);
      expect(steps).toBeGreaterThan(0);
    },
  );
});
