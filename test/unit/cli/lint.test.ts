// `tidemark lint` as a command: streams, summary, JSON, exit codes, directories, and what lies beside a model configuration.

import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, folderWith } from "../../support/command-line.ts";

const POLL = "args: [tritonserver, --model-control-mode=poll]\n";
const POLLED = (file: string): string =>
  `${file}:1:22: warning: --model-control-mode=poll loads what is half written, and is not meant for production; use none with a path that never changes, or explicit [TM001]`;
const OLD = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n";
const MODEL_NAME = "groups: [ { rules: [ { expr: 'sum(nv_inference_count{model_name=\"a\"})' } ] } ]\n";
const WRONG_LABEL = (file: string): string =>
  `${file}:1:54: Triton's label is model, not model_name: this selects no series [TM021]`;

/** Runs `lint` in a new folder with these files; its path is left out of what is printed. */
async function lint(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const folder = await folderWith(files);
  const { code, stdout, stderr } = await command(
    "lint",
    ...args.map((arg) => (arg.startsWith("-") ? arg : join(folder, arg))),
  );
  return { code, stdout: stdout.replaceAll(`${folder}/`, ""), stderr: stderr.replaceAll(`${folder}/`, "") };
}

describe("lint", () => {
  test("says nothing but the summary of files without an issue, and exits with 0", async () => {
    expect(await lint({ "a.yaml": OLD }, ["a.yaml"])).toEqual({
      code: 0,
      stdout: "1 file, 0 errors, 0 warnings\n",
      stderr: "",
    });
  });

  test("exits with 0 on warnings alone, with 1 on them when strict", async () => {
    const stdout = `${POLLED("a.yaml")}\n1 file, 0 errors, 1 warning\n`;
    expect(await lint({ "a.yaml": POLL }, ["a.yaml"])).toEqual({ code: 0, stdout, stderr: "" });
    expect(await lint({ "a.yaml": POLL }, ["a.yaml", "--strict"])).toEqual({ code: 1, stdout, stderr: "" });
  });

  test("lists issues by file and place, and exits with 1 on an error", async () => {
    expect(await lint({ "b.yaml": MODEL_NAME, "a.yaml": POLL }, ["b.yaml", "a.yaml"])).toEqual({
      code: 1,
      stdout: `${POLLED("a.yaml")}\n${WRONG_LABEL("b.yaml")}\n2 files, 1 error, 1 warning\n`,
      stderr: "",
    });
  });

  test("prints one JSON document", async () => {
    const { code, stdout } = await lint({ "a.yaml": MODEL_NAME }, ["a.yaml", "--json"]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      `${JSON.stringify({
        ok: false,
        files: 1,
        errors: 1,
        warnings: 0,
        issues: [
          {
            file: "a.yaml",
            line: 1,
            column: 54,
            severity: "error",
            code: "TM021",
            path: "groups[0].rules[0].expr",
            message: "Triton's label is model, not model_name: this selects no series",
          },
        ],
      })}\n`,
    );
  });

  test("searches a directory to the bottom, but not where nothing is to be linted", async () => {
    const { stdout } = await lint(
      {
        "a.yml": POLL,
        "deep/er/b.yaml": POLL,
        "deep/c.json": "[1]",
        "deep/d.txt": POLL,
        ".hidden/e.yaml": POLL,
        "deep/.f.yaml": POLL,
        "node_modules/g.yaml": POLL,
        "chart/Chart.yaml": "name: triton\n",
        "chart/templates/h.yaml": "replicas: {{ .Values.replicas }}\n",
        "templates/i.yaml": POLL,
      },
      ["."],
    );
    expect(stdout.split("\n")).toEqual([
      POLLED("a.yml"),
      POLLED("deep/er/b.yaml"),
      POLLED("templates/i.yaml"),
      "5 files, 0 errors, 3 warnings",
      "",
    ]);
  });

  test("does not follow linked directories, and reads a file that is named twice once", async () => {
    const folder = await folderWith({ "a/a.yaml": POLL });
    await symlink(join(folder, "a"), join(folder, "a/again"));
    const { stdout } = await command("lint", folder, join(folder, "a/a.yaml"));
    expect(stdout.replaceAll(`${folder}/`, "")).toBe(`${POLLED("a/a.yaml")}\n1 file, 0 errors, 1 warning\n`);
  });

  test("looks at the model files in the version folders beside a configuration", async () => {
    const config = 'platform: "pytorch_libtorch"\n';
    const { stdout } = await lint(
      {
        "bad/config.pbtxt": config,
        "bad/1/model.onnx": "",
        "good/config.pbtxt": config,
        "good/2/model.pt": "",
      },
      ["."],
    );
    expect(stdout).toBe(
      'bad/config.pbtxt:1:11: platform is "pytorch_libtorch", but the model\'s file is 1/model.onnx: it loads with backend "onnxruntime" [TM002]\n2 files, 1 error, 0 warnings\n',
    );
  });

  test("looks at all files of a call together", async () => {
    const files = {
      "service.yaml":
        "apiVersion: v1\nkind: Service\nmetadata: { name: triton }\nspec: { selector: { app: triton } }\n",
      "monitor.yaml":
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: triton }\nspec: { selector: { matchLabels: { app: triton } } }\n",
    };
    expect((await lint(files, ["monitor.yaml"])).code).toBe(0);
    expect((await lint(files, ["monitor.yaml", "service.yaml"])).code).toBe(1);
  });

  test("lists its rules, and marks what no file can show", async () => {
    const { code, stdout } = await command("lint", "--rules");
    const lines = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(lines.length).toBe(42);
    expect(lines[0]).toBe("TM001  warning  model repository that is polled");
    expect(lines.filter((line) => line.endsWith("(no file can show it)"))).toEqual([
      "TM039  warning  signal without a source: percentiles and batch sizes that Triton gives only as averages (no file can show it)",
    ]);
    const { rules }: { rules: readonly { code: string; visible: boolean }[] } = JSON.parse(
      (await command("lint", "--rules", "--json")).stdout,
    );
    expect(rules.filter(({ visible }) => !visible).map(({ code: hidden }) => hidden)).toEqual(["TM039"]);
  });

  test.each([
    { name: "without a path", args: [], stderr: "lint needs a path, or --rules\n" },
    {
      name: "on a path that is not there",
      args: ["gone"],
      stderr: "cannot read gone: ENOENT: no such file or directory, stat 'gone'\n",
    },
  ])("exits with 2 $name", async ({ args, stderr }) => {
    expect(await lint({}, args)).toEqual({ code: 2, stdout: "", stderr });
  });
});
