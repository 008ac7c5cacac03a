// Names of a caller's certificate, also of one that was made to be misread.

import { describe, expect, test } from "vitest";

import { isAllowed, subjectNames } from "../../../src/keda/caller-subject.ts";

function namesOf(subjectaltname: string | undefined, commonName?: string | string[]): string[] {
  const subject = { CN: commonName } as Parameters<typeof subjectNames>[0]["subject"];
  return subjectNames(subjectaltname === undefined ? { subject } : { subject, subjectaltname });
}

describe("the names of a certificate", () => {
  test.each([
    { name: "a common name", alternatives: undefined, common: "keda-operator", want: ["keda-operator"] },
    { name: "several common names", alternatives: undefined, common: ["one", "two"], want: ["one", "two"] },
    { name: "none", alternatives: undefined, common: undefined, want: [] },
    {
      name: "alternative names of each kind",
      alternatives:
        "DNS:keda.keda.svc, URI:spiffe://cluster/ns/keda, IP Address:10.0.0.1, email:ops@example.org",
      common: "keda",
      want: ["keda", "keda.keda.svc", "spiffe://cluster/ns/keda", "10.0.0.1", "ops@example.org"],
    },
    {
      name: "an IPv6 address",
      alternatives: "IP Address:0:0:0:0:0:0:0:1",
      common: undefined,
      want: ["0:0:0:0:0:0:0:1"],
    },
    {
      name: "a value in quotes that looks like two",
      alternatives: 'DNS:"evil.example, DNS:keda-operator"',
      common: undefined,
      want: ["evil.example, DNS:keda-operator"],
    },
    {
      name: "escapes in quotes",
      alternatives: 'URI:"a\\"b\\u0000c", DNS:plain',
      common: undefined,
      want: ['a"b\u0000c', "plain"],
    },
    { name: "a list that cannot be read", alternatives: 'DNS:"keda-operator', common: "cn", want: ["cn"] },
    { name: "an empty list", alternatives: "", common: "cn", want: ["cn"] },
  ])("are read: $name", ({ alternatives, common, want }) => {
    expect(namesOf(alternatives, common)).toEqual(want);
  });
});

test.each([
  { name: "one of those allowed", names: ["a", "keda-operator"], allowed: ["keda-operator"], want: true },
  { name: "another case", names: ["Keda-Operator"], allowed: ["keda-operator"], want: false },
  { name: "only a part", names: ["keda-operator.evil", "keda"], allowed: ["keda-operator"], want: false },
  { name: "no name", names: [], allowed: ["keda-operator"], want: false },
  { name: "nobody named: all", names: [], allowed: null, want: true },
])("a caller with $name is allowed: $want", ({ names, allowed, want }) => {
  expect(isAllowed(names, allowed)).toBe(want);
});
