// Published recipes as printed give the codes of all their mistakes, and no others; what ships here gives none.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readLintFiles } from "../../../src/cli/lint-paths.ts";
import { formatIssue } from "../../../src/domain/issue.ts";
import { lintFiles } from "../../../src/lint/lint-files.ts";
import { ROOT } from "../../architecture/source-files.ts";
import { lintCodes, lintLines, type Texts } from "./linted.ts";

const SEEDS = fileURLToPath(new URL("../../../../shared/seeds/", import.meta.url));
const GUIDE = "000_754651e240526100.txt";
const RECIPE = "001_554deb8d202eccdf.txt";

function seed(name: string, context: { skip: (note: string) => void }): string {
  if (!existsSync(join(SEEDS, name))) context.skip(`${SEEDS}${name} is missing`);
  return readFileSync(join(SEEDS, name), "utf8");
}

/** The guide's manifests and model configurations, in its order. */
function guideBlocks(text: string): Texts {
  const blocks = [...text.matchAll(/^```(yaml|protobuf)\n([\s\S]*?)^```$/gm)];
  return Object.fromEntries(
    blocks.map(([, language, body = ""], index) => [
      `${index + 1}.${language === "yaml" ? "yaml" : "pbtxt"}`,
      body,
    ]),
  );
}

const OF_GUIDE: readonly {
  readonly name: string;
  readonly what: string;
  readonly codes: readonly string[];
}[] = [
  { name: "1.pbtxt", what: "model configuration", codes: ["TM003", "TM004", "TM006"] },
  { name: "2.yaml", what: "claim", codes: ["TM014"] },
  {
    name: "3.yaml",
    what: "Deployment",
    codes: ["TM007", "TM008", "TM009", "TM012", "TM014", "TM015"],
  },
  { name: "4.yaml", what: "Service", codes: ["TM016"] },
  { name: "5.yaml", what: "arguments", codes: ["TM018"] },
  { name: "6.pbtxt", what: "version policy", codes: [] },
  { name: "7.yaml", what: "ServiceMonitor", codes: ["TM011"] },
  { name: "8.pbtxt", what: "instance groups", codes: [] },
  { name: "9.pbtxt", what: "rate limiter", codes: ["TM019"] },
];

describe("the guide to several models", () => {
  test.for(OF_GUIDE)("$what: $codes", ({ name, codes }, context) => {
    const text = guideBlocks(seed(GUIDE, context))[name] ?? "";
    expect(text).not.toBe("");
    expect(lintCodes({ [name]: text })).toEqual(codes);
  });

  test("together: also the model with two backends, and the monitor that selects no Service", (context) => {
    const alone = OF_GUIDE.flatMap(({ codes }) => codes);
    const all = new Set([...alone, "TM002", "TM010"]);
    expect(lintCodes(guideBlocks(seed(GUIDE, context)))).toEqual([...all].toSorted());
  });
});

/** The recipe has lost its indentation: it is put back in these files, and nothing else. */
const RESTORED = fileURLToPath(new URL("seeds/", import.meta.url));

function restored(name: string): string {
  return readFileSync(join(RESTORED, name), "utf8");
}

const OF_RECIPE: readonly { readonly name: string; readonly codes: readonly string[] }[] = [
  { name: "daemon-set.yaml", codes: ["TM036"] },
  { name: "dashboard.json", codes: ["TM021", "TM022", "TM023", "TM038"] },
  { name: "hpa.yaml", codes: ["TM029", "TM030", "TM031"] },
  { name: "lifecycle.yaml", codes: ["TM037"] },
  { name: "nodes.yaml", codes: ["TM032", "TM033", "TM034", "TM035"] },
  { name: "oscillation.yaml", codes: ["TM028", "TM029"] },
  {
    name: "scaled-object.yaml",
    codes: ["TM021", "TM022", "TM024", "TM025", "TM026", "TM027", "TM028", "TM030"],
  },
  { name: "service-monitor.yaml", codes: [] },
];

describe("the recipe for autoscaling", () => {
  test.each(OF_RECIPE)("$name: $codes", ({ name, codes }) => {
    expect(lintCodes({ [name]: restored(name) })).toEqual(codes);
  });

  test("gives the lines that the README shows", () => {
    const name = "scaled-object.yaml";
    const shown = readFileSync(`${ROOT}README.md`, "utf8").match(/^scaled-object\.yaml:.*$/gm) ?? [];
    const printed = lintLines({ [name]: restored(name) });
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((line) => !printed.includes(line))).toEqual([]);
  });

  test("is all there", () => {
    expect(readdirSync(RESTORED).toSorted()).toEqual(OF_RECIPE.map(({ name }) => name));
  });

  test.for(OF_RECIPE)("$name has the lines that are printed there", ({ name }, context) => {
    const printed = seed(RECIPE, context)
      .split("\n")
      .map((line) => line.trim());
    const text = restored(name);
    const lines = name.endsWith(".json")
      ? [...text.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].flatMap(([, expression = ""]) =>
          expression.replaceAll('\\"', '"').split("\\n"),
        )
      : text.split("\n").map((line) => line.trim());
    const added = lines.filter(
      (line) => line !== "" && !line.startsWith("#") && !printed.some((other) => other.startsWith(line)),
    );
    expect(added).toEqual([]);
  });
});

describe("what ships here", () => {
  test.each(["deploy", "policies", "simulations"])("%s gives nothing", async (folder) => {
    const files = await readLintFiles([`${ROOT}${folder}`]);
    expect(files.length).toBeGreaterThan(5);
    expect(lintFiles(files).map(formatIssue)).toEqual([]);
  });
});
