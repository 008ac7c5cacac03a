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
  process.stdout.write(asJson ? `${JSON.stringify({ results: results.map(printed) })}\n` : table(results));
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
  return results.map((result) => `${row(rounded(result))}\n${figureRows(rounded(result))}`).join("");
}

function row({ name, value, unit, ratioTo }: BenchResult): string {
  const ratios = Object.entries(ratioTo ?? {}).flatMap(([baseline, ratio]) =>
    typeof ratio === "number"
      ? [`${ratio} x ${baseline}`]
      : Object.entries(ratio).map(([aspect, part]) => `${aspect} ${part} x ${baseline}`),
  );
  return `${name.padEnd(28)}${String(value).padStart(12)} ${unit.padEnd(14)}${ratios.join(", ")}`.trimEnd();
}

function figureRows({ figures }: BenchResult): string {
  return Object.entries(figures ?? {})
    .map(([name, value]) => `  ${name.padEnd(26)}${String(value).padStart(12)}\n`)
    .join("");
}

function printed(result: BenchResult): Readonly<Record<string, unknown>> {
  const { figures, ...others } = rounded(result);
  return { ...others, ...figures };
}

function rounded({ name, value, unit, ratioTo, figures }: BenchResult): BenchResult {
  return {
    name,
    value: significant(value),
    unit,
    ...(ratioTo === undefined ? {} : { ratioTo: mapped(ratioTo, roundedRatio) }),
    ...(figures === undefined ? {} : { figures: mapped(figures, significant) }),
  };
}

function mapped<Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function roundedRatio(ratio: Ratio): Ratio {
  return typeof ratio === "number" ? significant(ratio) : mapped(ratio, significant);
}

/** Four significant digits: more would claim what no benchmark can know. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

process.exitCode = await main(process.argv.slice(2));
