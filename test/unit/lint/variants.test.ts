// Each rule against other forms of its mistake, and against what only looks like it.

import { expect, test } from "vitest";
import { lintPlaces } from "./linted.ts";
import { MANIFEST_VARIANTS } from "./manifest-variants.ts";
import { VARIANTS } from "./variant-cases.ts";

test.each([...VARIANTS, ...MANIFEST_VARIANTS])("$code: $name", ({ code, texts, places }) => {
  expect(lintPlaces(texts).filter((place) => place.endsWith(code))).toEqual(places);
});
