// Each rule against other forms of its mistake, and against what only looks like it.

import { expect, test } from "vitest";
import { lintPlaces } from "./linted.ts";
import { MANIFEST_VARIANTS } from "./manifest-variants.ts";
import { POD_VARIANTS } from "./pod-variants.ts";
import { QUERY_VARIANTS } from "./query-variants.ts";
import { SERVER_VARIANTS } from "./server-variants.ts";

const VARIANTS = [...SERVER_VARIANTS, ...QUERY_VARIANTS, ...POD_VARIANTS, ...MANIFEST_VARIANTS];

test.each(VARIANTS)("$code: $name", ({ code, texts, places }) => {
  expect(lintPlaces(texts).filter((place) => place.endsWith(code))).toEqual(places);
});
