// Objects as YAML: the text itself, and that readers of YAML 1.1 and 1.2 find the object in it.

import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Manifest } from "../../../src/manifests/manifest.ts";
import { manifestText } from "../../../src/manifests/manifest-text.ts";

function manifest(parts: Partial<Manifest>): Manifest {
  const object = { apiVersion: "v1", kind: "Thing", metadata: { name: "a", namespace: "b" } };
  return { object, remark: [], remarks: {}, ...parts };
}

const HEAD = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: a\n  namespace: b\n";

test("several objects are documents of one text", () => {
  expect(manifestText([manifest({}), manifest({ remark: ["One.", "Two."] })])).toBe(
    `${HEAD}---\n# One.\n# Two.\n${HEAD}`,
  );
});

test("a remark stands above its field, and one for a field that is not there is left out", () => {
  const object = { ...manifest({}).object, spec: { first: 1, second: { third: "x" } } };
  const remarks = { "spec.second": "Why.", "spec.second.third": "Because.", "spec.fourth": "Nowhere." };
  const inner = "spec:\n  first: 1\n  # Why.\n  second:\n    # Because.\n    third: x\n";
  expect(manifestText([manifest({ object, remarks })])).toBe(`${HEAD}${inner}`);
});

test("lists of words, and of rules, are short; a list that occurs twice is written twice", () => {
  const verbs = ["get", "list"];
  const object = {
    ...manifest({}).object,
    policies: [{ type: "Pods", value: 1 }],
    one: { verbs },
    two: { verbs },
  };
  expect(manifestText([manifest({ object })])).toBe(
    `${HEAD}policies:\n  - { type: Pods, value: 1 }\none:\n  verbs: [ get, list ]\ntwo:\n  verbs: [ get, list ]\n`,
  );
});

test.each(["on", "yes", "y", "n", "null", "1e3", "0x1f", "10", "2026-01-05", "0o7", "017", "1:30", ""])(
  "the text %j stays text, in YAML 1.1 as Kubernetes reads it and in 1.2",
  (name) => {
    const object = { ...manifest({}).object, metadata: { name, namespace: "b" } };
    const text = manifestText([manifest({ object })]);
    expect(parse(text, { version: "1.1" })).toEqual(object);
    expect(parse(text, { version: "1.2" })).toEqual(object);
  },
);
