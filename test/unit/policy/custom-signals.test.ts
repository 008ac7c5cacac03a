// Custom signals in policies: what is accepted, what it means, and how it is written back.

import { expect, test } from "vitest";
import { formatIssue } from "../../../src/domain/issue.ts";
import { checkDocument } from "../../../src/policy/check-document.ts";
import { loadConfiguration } from "../../../src/policy/load-policies.ts";
import { documentHash, toDocument } from "../../../src/policy/policy-document.ts";
import { VALID_CUSTOM } from "./custom-issue-cases.ts";
import { added, VALID_POLICY } from "./documents.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function policyOf(text: string) {
  return checkDocument({ file: "f", bytes: bytes(text) }, null).policy;
}

test.each(VALID_CUSTOM)("$name has nothing wrong with it", ({ text, config = "" }) => {
  const loaded = loadConfiguration("config.yaml", bytes(config));
  const { issues } = checkDocument({ file: "f", bytes: bytes(text) }, loaded.ok ? loaded.value : null);
  expect([loaded.ok, issues.map(formatIssue)]).toEqual([true, []]);
});

const ONE_OF_EACH = added(
  [
    "    custom:",
    "      - { name: tokens, query: 'sum(rate(tokens[1m]))', kind: load, targetPerReplica: 900 }",
    "      - { name: queue, query: sum(queued), kind: backlog, targetPerReplica: 5, window: 30s }",
    "      - { query: p99, kind: quality, target: 0.5, required: false, name: first-token }\n",
  ].join("\n"),
);

test("each kind has its defaults and its own target", () => {
  expect(policyOf(ONE_OF_EACH)?.signals.custom).toEqual([
    {
      name: "tokens",
      query: "sum(rate(tokens[1m]))",
      kind: "load",
      targetPerReplica: 900,
      window: 60_000,
      required: true,
    },
    {
      name: "queue",
      query: "sum(queued)",
      kind: "backlog",
      targetPerReplica: 5,
      window: 30_000,
      required: true,
    },
    { name: "first-token", query: "p99", kind: "quality", target: 0.5, window: 60_000, required: false },
  ]);
});

test("the normalised document lists them last, complete and in one order of keys", () => {
  const policy = policyOf(ONE_OF_EACH);
  const text = JSON.stringify(policy === null ? null : toDocument(policy));
  expect(text).toContain(
    '"required":true},"custom":[{"name":"tokens","query":"sum(rate(tokens[1m]))","kind":"load","targetPerReplica":900,"window":"1m","required":true},' +
      '{"name":"queue","query":"sum(queued)","kind":"backlog","targetPerReplica":5,"window":"30s","required":true},' +
      '{"name":"first-token","query":"p99","kind":"quality","target":0.5,"window":"1m","required":false}]}',
  );
});

test("an empty list is as if it were not there, and so is the hash", () => {
  const hashes = [VALID_POLICY, added("    custom: []\n")].map((text) => {
    const policy = policyOf(text);
    return policy && documentHash(toDocument(policy));
  });
  expect(hashes).toEqual(["e6db0e4cdb4c8c24", "e6db0e4cdb4c8c24"]);
});
