// The documents hold together: every link leads somewhere, and the glossary lists exactly the words that the code uses.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SIGNAL_REASONS, STATUSES, STEP_REASONS } from "../../src/domain/decision.ts";
import { SIGNAL_NAMES } from "../../src/domain/policy.ts";
import { loadConfiguration, loadPolicies } from "../../src/policy/load-policies.ts";
import { type Manifest, manifestErrors } from "../support/manifest-schema.ts";
import { filesBelow, ROOT } from "./source-files.ts";

const DOCUMENTS = ["README.md", "CHANGELOG.md", ...filesBelow("docs", ".md")];
const LINK = /(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g;

function read(path: string): string {
  return readFileSync(`${ROOT}${path}`, "utf8");
}

/** The text without its fenced blocks. */
function prose(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, "");
}

/** The anchors of a document, made from its headings as forges do. */
function anchors(path: string): readonly string[] {
  return [...prose(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function brokenLinks(path: string): readonly string[] {
  return [...prose(read(path)).matchAll(LINK)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : relative(ROOT, join(ROOT, dirname(path), file));
    if (!existsSync(`${ROOT}${target}`)) return [`${path}: ${link} leads nowhere`];
    if (anchor !== undefined && !anchors(target).includes(anchor))
      return [`${path}: ${link} names no heading`];
    return [];
  });
}

/** The code words in the first column of the tables below a heading. */
function listed(heading: string): readonly string[] {
  const section =
    read("docs/GLOSSARY.md")
      .split(/^## /m)
      .find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, word = ""]) => word);
}

describe("the documents", () => {
  test.each(DOCUMENTS)("%s has no broken link", (path) => {
    expect(brokenLinks(path)).toEqual([]);
  });

  test("every decision record is in the index, and the other way round", () => {
    const files = filesBelow("docs/decisions", ".md").map((path) => path.slice("docs/decisions/".length));
    const linked = [...read("docs/decisions/README.md").matchAll(LINK)].map(([, link = ""]) => link);
    expect(linked.toSorted()).toEqual(files.filter((file) => file !== "README.md"));
  });

  test("every runtime and development package has a line in a decision record", () => {
    const manifest: { readonly dependencies: object; readonly devDependencies: object } = JSON.parse(
      read("package.json"),
    );
    const without = (record: string, packages: object): readonly string[] =>
      Object.keys(packages).filter((name) => !read(`docs/decisions/${record}`).includes(`\`${name}\``));
    expect(without("0004-runtime-packages.md", manifest.dependencies)).toEqual([]);
    expect(without("0005-development-packages.md", manifest.devDependencies)).toEqual([]);
  });
});

describe("the documents that the README shows", () => {
  const shown = [...read("README.md").matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
  const ofKind = (kind: string): string => {
    const texts = shown.filter((text) => text.includes(`\nkind: ${kind}\n`));
    expect(texts.length, kind).toBe(1);
    return texts[0] ?? "";
  };
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  test("are a policy without a remark and a configuration for it", () => {
    const configuration = loadConfiguration("tidemark.yaml", bytes(ofKind("ScalerConfiguration")));
    expect(configuration.ok ? [] : configuration.failure).toEqual([]);
    const files = [{ file: "embedder.yaml", bytes: bytes(ofKind("ScalingPolicy")) }];
    const { policies, rejected, warnings } = loadPolicies(
      files,
      configuration.ok ? configuration.value : null,
    );
    expect(policies.map(({ key }) => key)).toEqual(["ai-inference/embedder"]);
    expect([...rejected, ...warnings]).toEqual([]);
  });

  test("are a valid ScaledObject for that policy", () => {
    const scaledObject: Manifest = parse(ofKind("ScaledObject"));
    expect(manifestErrors([scaledObject])).toEqual([]);
    const { spec }: { readonly spec: unknown } = parse(ofKind("ScalingPolicy"));
    expect(scaledObject).toMatchObject({
      metadata: { namespace: "ai-inference" },
      spec: {
        scaleTargetRef: { kind: "Deployment", name: "triton-embedder" },
        minReplicaCount: 1,
        maxReplicaCount: 8,
      },
    });
    expect(spec).toMatchObject({
      target: { kind: "Deployment", namespace: "ai-inference", name: "triton-embedder" },
      replicas: { min: 1, max: 8 },
    });
  }, 60_000);
});

describe("the glossary", () => {
  const stepReasons = Object.values(STEP_REASONS).flat();

  const lists: readonly { readonly heading: string; readonly want: readonly string[] }[] = [
    { heading: "Signals", want: SIGNAL_NAMES },
    { heading: "Statuses", want: STATUSES },
    { heading: "Reasons", want: [...SIGNAL_REASONS, ...stepReasons] },
  ];

  test.each(lists)("lists the $heading of the code, no more and no fewer", ({ heading, want }) => {
    expect(listed(heading).toSorted()).toEqual(want.toSorted());
  });

  test("names the steps in their order", () => {
    const section = read("docs/GLOSSARY.md").split("## Steps")[1]?.split("## Reasons")[0] ?? "";
    const words = [...section.matchAll(/`(\w+)`/g)].map(([, word]) => word);
    expect(words).toEqual(Object.keys(STEP_REASONS));
  });

  test("is in alphabetical order", () => {
    const section = read("docs/GLOSSARY.md").split("## Words")[1]?.split("## Signals")[0] ?? "";
    const words = [...section.matchAll(/^\| ([a-z][^|]*) \|/gm)].map(([, word = ""]) => word);
    expect(words.length).toBeGreaterThan(20);
    expect(words).toEqual(words.toSorted((one, other) => one.localeCompare(other)));
  });
});
