// Runs benchmarks: `npm run bench -- [NAME…] [--json]`.

import { readdirSync } from "node:fs";
import type { Benchmark, BenchResult, Ratio } from "./result.ts";

const FOLDER = new URL("./", import.meta.url);

async function main(args: readonly string[]): Promise<number> {
  const asJson = args.includes("--json");
  const wanted = args.filter((arg) => arg !== "--json");
  const benchmarks = await allBenchmarks();
  const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    const names = benchmarks.map(({ name }) => name).join(", ");
    process.stderr.write(`unknown benchmark ${unknown.join(", ")}; there are: ${names}\n`);
    return 2;
  }
  const results: BenchResult[] = [];
  for (const benchmark of benchmarks) {
    if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
    process.stderr.write(`${benchmark.name} …\n`);
    results.push(...(await benchmark.run()));
  }
  process.stdout.write(asJson ? `${JSON.stringify({ results: results.map(rounded) })}\n` : table(results));
  return 0;
}

/** Every module beside this one that exports a benchmark. */
async function allBenchmarks(): Promise<readonly Benchmark[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".ts") && file !== "run.ts");
  const found: Benchmark[] = [];
  for (const file of files.toSorted()) {
    const module: { readonly benchmark?: Benchmark } = await import(new URL(file, FOLDER).href);
    if (module.benchmark !== undefined) found.push(module.benchmark);
  }
  return found;
}

function table(results: readonly BenchResult[]): string {
  return results.map((result) => `${row(rounded(result))}\n`).join("");
}

function row({ name, value, unit, ratioTo }: BenchResult): string {
  const ratios = Object.entries(ratioTo ?? {}).flatMap(([baseline, ratio]) =>
    typeof ratio === "number"
      ? [`${ratio} x ${baseline}`]
      : Object.entries(ratio).map(([aspect, part]) => `${aspect} ${part} x ${baseline}`),
  );
  return `${name.padEnd(28)}${String(value).padStart(12)} ${unit.padEnd(14)}${ratios.join(", ")}`.trimEnd();
}

function rounded(result: BenchResult): BenchResult {
  const { name, value, unit, ratioTo } = result;
  const figures = { name, value: significant(value), unit };
  if (ratioTo === undefined) return figures;
  const ratios = Object.entries(ratioTo).map(([baseline, ratio]) => [baseline, roundedRatio(ratio)]);
  return { ...figures, ratioTo: Object.fromEntries(ratios) };
}

function roundedRatio(ratio: Ratio): Ratio {
  if (typeof ratio === "number") return significant(ratio);
  return Object.fromEntries(Object.entries(ratio).map(([aspect, part]) => [aspect, significant(part)]));
}

/** Four significant digits: more would claim what no benchmark can know. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

process.exitCode = await main(process.argv.slice(2));
