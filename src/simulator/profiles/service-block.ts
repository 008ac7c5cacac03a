// Writes service times as the `service:` block of a scenario.

import { serviceLine } from "./service-line.ts";
import type { MeasuredBatch, ServiceMeasurement } from "./service-measurement.ts";

const FEW_EXECUTIONS = 30;

/** Returns the block as YAML, with what is known of the measurement as comments; times to the microsecond. */
export function serviceBlock(measurement: ServiceMeasurement, source: string): string {
  const { model, batches, spread, overheadSeconds, remarks } = measurement;
  const lines = [
    `# Service times${model === null ? "" : ` of ${model}`}, from ${source}.`,
    ...remarks.map((remark) => `# ${remark}`),
    ...lineRemark(batches),
    "service:",
    "  executionTime:",
    ...batches.map(batchLine),
    spread === null ? "  spread: 0 # not measured: only means are known" : `  spread: ${rounded(spread)}`,
    ...(overheadSeconds === null ? [] : [`  overhead: ${ms(overheadSeconds)}ms`]),
  ];
  return `${lines.join("\n")}\n`;
}

function lineRemark(batches: readonly MeasuredBatch[]): readonly string[] {
  const line = serviceLine(batches);
  if (line === null) {
    return batches.length > 1
      ? []
      : ["# One batch size only: all batches would take as long. Measure more, and join their points."];
  }
  const { baseSeconds, perItemSeconds, worstRatio, worstBatch } = line;
  const sign = perItemSeconds < 0 ? "−" : "+";
  const formula = `S(b) = ${ms(baseSeconds)} ms ${sign} ${ms(Math.abs(perItemSeconds))} ms × b`;
  return [
    `# As a line: ${formula}; off by ${(100 * worstRatio).toFixed(1)} % at worst, at batch size ${worstBatch}.`,
  ];
}

function batchLine({ batch, seconds, executions }: MeasuredBatch): string {
  const few = executions !== null && executions < FEW_EXECUTIONS ? ", few" : "";
  const count = executions === null ? "" : ` # ${executions} execution${executions === 1 ? "" : "s"}${few}`;
  return `    ${batch}: ${ms(seconds)}ms${count}`;
}

/** At least 1 µs, as an execution takes some time. */
function ms(seconds: number): string {
  const us = Math.round(seconds * 1e6);
  return String((us === 0 && seconds > 0 ? 1 : us) / 1000);
}

function rounded(value: number): string {
  return String(Number(value.toFixed(3)));
}
