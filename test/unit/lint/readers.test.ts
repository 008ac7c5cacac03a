// What files may look like: several documents, anchors, texts inside texts, mistakes, anything at all.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFile } from "../../../src/lint/read-file.ts";
import { readYaml } from "../../../src/lint/read-yaml.ts";
import { indexText } from "../../../src/policy/source-text.ts";
import { asFiles, lintLines, lintPlaces } from "./linted.ts";

const yaml = (text: string) => readYaml(indexText(text), "a.yaml");

describe("YAML", () => {
  test("gives every document of a file, without empty ones", () => {
    expect(yaml("a: 1\n---\n---\n# nothing\n---\nb: [2]\n").documents.map(({ value }) => value)).toEqual([
      { a: 1 },
      { b: [2] },
    ]);
  });

  test("puts in what aliases name and merges merge keys; own keys win", () => {
    const { documents, findings } = yaml("base: &b { x: 1, y: 2 }\nsame: *b\nmore: { <<: *b, y: 3 }\n");
    expect(findings).toEqual([]);
    expect(documents[0]?.value).toEqual({ base: { x: 1, y: 2 }, same: { x: 1, y: 2 }, more: { x: 1, y: 3 } });
  });

  test("ends with aliases of aliases instead of filling the memory", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level += 1) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`);
    }
    expect(yaml(`${lines.join("\n")}\n`).documents.length).toBe(1);
  });

  const MISTAKES: readonly {
    readonly name: string;
    readonly texts: Record<string, string>;
    readonly lines: readonly RegExp[];
  }[] = [
    {
      name: "a bracket that stays open",
      texts: { "a.yaml": "kind: Pod\nspec: [1,\n" },
      lines: [/^a\.yaml:3:1: not valid YAML: .+ \[YAML_SYNTAX\]$/],
    },
    {
      name: "a key twice",
      texts: { "a.yaml": "kind: Pod\nspec: 1\nspec: 2\n" },
      lines: [/^a\.yaml:3:1: key "spec" twice in one mapping; remove one of them \[YAML_DUPLICATE_KEY\]$/],
    },
    {
      name: "JSON with a comma too many",
      texts: { "a.json": '{\n  "panels": [1,]\n}\n' },
      lines: [/^a\.json:2:16: not valid JSON: "\]" is not expected here \[YAML_SYNTAX\]$/],
    },
    {
      name: "JSON that ends early",
      texts: { "a.json": '{ "panels": [' },
      lines: [/^a\.json:1:14: not valid JSON: the end is not expected here \[YAML_SYNTAX\]$/],
    },
    {
      name: "protobuf text that ends early",
      texts: { "config.pbtxt": 'name: "a"\ninput [ {\n  name: "x"\n' },
      lines: [
        /^config\.pbtxt:4:1: not valid protobuf text: the end where a field or "\}" should stand \[YAML_SYNTAX\]$/,
      ],
    },
    {
      name: "protobuf text with a field without a value",
      texts: { "config.pbtxt": "name:\nmax_batch_size: = 3\n" },
      lines: [
        /^config\.pbtxt:2:15: not valid protobuf text: ":" where a field should stand \[YAML_SYNTAX\]$/,
      ],
    },
    {
      name: "protobuf text with a quote that stays open",
      texts: { "config.pbtxt": 'name: "abc\n' },
      lines: [
        /^config\.pbtxt:1:7: not valid protobuf text: "\\"" where a value should stand \[YAML_SYNTAX\]$/,
      ],
    },
  ];

  test.each(MISTAKES)("says where $name is", ({ texts, lines }) => {
    const printed = lintLines(texts);
    expect(printed.length).toBe(lines.length);
    for (const [index, pattern] of lines.entries()) expect(printed[index]).toMatch(pattern);
  });

  test("reads on after a document with a mistake in another file", () => {
    const texts = { "a.yaml": "a: [", "b.yaml": "args: [tritonserver, --log-verbose=1]\n" };
    expect(lintPlaces(texts)).toEqual(["a.yaml:1:5 YAML_SYNTAX", "b.yaml:1:22 TM008"]);
  });

  test("refuses what is too large, and what is nested too deeply", () => {
    const large = readFile({ file: "a.yaml", bytes: new Uint8Array(2 * 1024 * 1024 + 1).fill(97) });
    expect(large.findings.map(({ code }) => code)).toEqual(["FILE_TOO_LARGE"]);
    const deep = readFile({ file: "a.yaml", bytes: new TextEncoder().encode("[".repeat(50_000)) });
    expect(deep.findings.map(({ code }) => code)).toEqual(["YAML_FORBIDDEN"]);
  });
});

describe("documents inside documents", () => {
  test("are read with their places in the whole: rules and dashboards of ConfigMaps", () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata: { name: rules }
data:
  rules.yaml: |
    groups:
      - name: a
        rules:
          - record: x
            expr: |
              sum(
                nv_inference_request_success{model_name="a"}
              )
  board.json: |
    { "panels": [ { "targets": [ { "expr": "sum(nv_inference_count{model_name=\\"a\\"})" } ] } ] }
  notes.txt: "nv_inference_count{model_name='a'}"
`;
    expect(lintPlaces({ "map.yaml": text })).toEqual(["map.yaml:12:46 TM021", "map.yaml:15:68 TM021"]);
  });

  test("are the items of a List, and the dashboard of a GrafanaDashboard", () => {
    const text = `apiVersion: v1
kind: List
items:
  - apiVersion: grafana.integreatly.org/v1beta1
    kind: GrafanaDashboard
    spec:
      json: '{ "panels": [ { "targets": [ { "expr": "sum by (model_name) (nv_inference_count)" } ] } ] }'
`;
    expect(lintPlaces({ "list.yaml": text })).toEqual(["list.yaml:7:62 TM021"]);
  });
});

describe("a comment that switches a rule off", () => {
  test("holds for its file and the rules it names", () => {
    const args = "args: [tritonserver, --log-verbose=1, --strict-model-config=false]\n";
    expect(
      lintPlaces({ "a.yaml": `# tidemark-lint: ignore TM008, TM001 (why)\n${args}`, "b.yaml": args }),
    ).toEqual(["a.yaml:2:39 TM007", "b.yaml:1:22 TM008", "b.yaml:1:39 TM007"]);
  });
});

describe("any bytes", () => {
  test("under any name give issues at most", () => {
    const names = fc.constantFrom("a.yaml", "a.json", "config.pbtxt", "a");
    fc.assert(
      fc.property(names, fc.uint8Array({ maxLength: 200 }), (file, bytes) => {
        expect(readFile({ file, bytes }).file).toBe(file);
      }),
    );
  });

  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom("prometheus", "PodMonitor"),
  );
  const keys = fc.constantFrom(
    "kind",
    "apiVersion",
    "metadata",
    "name",
    "spec",
    "template",
    "containers",
    "args",
    "triggers",
    "type",
    "query",
    "groups",
    "rules",
    "expr",
    "panels",
    "targets",
    "data",
    "priorities",
    "requirements",
    "endpoints",
    "behavior",
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "medium" },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(keys, tie("tree"), { maxKeys: 6 }),
    ),
  }));
  const kinds = fc.constantFrom(
    "Deployment",
    "Service",
    "ScaledObject",
    "HorizontalPodAutoscaler",
    "NodePool",
    "DaemonSet",
    "ConfigMap",
    "PodMonitor",
    "ServiceMonitor",
    "PrometheusRule",
    "PersistentVolumeClaim",
    "List",
    "ScalingPolicy",
  );

  test("any shape under any kind gives issues at most", () => {
    fc.assert(
      fc.property(kinds, fc.dictionary(keys, tree), (kind, rest) => {
        const text = JSON.stringify({ ...rest, apiVersion: "karpenter.sh/v1", kind });
        expect(asFiles({ "a.yaml": text }).length).toBe(1);
        expect(Array.isArray(lintLines({ "a.yaml": text }))).toBe(true);
      }),
    );
  });
});
