// A query's answer from bytes to numbers, in slices: a large one never keeps calls waiting.

import { z } from "zod";

import { type Instant, instant } from "../../domain/units.ts";
import { PrometheusError } from "./prometheus-error.ts";

/** One series of an answer; `times` ascend. Values may be NaN or infinite. */
export type DecodedSeries = {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: readonly Instant[];
  readonly values: readonly number[];
};

export type DecodedAnswer = {
  readonly series: readonly DecodedSeries[];
  /** Prometheus (or what stands before it) says that something is missing. */
  readonly isPartial: boolean;
};

/** Takes a series of a large answer as soon as it is decoded; it is then left out of the answer. */
export type TakeSeries = (series: DecodedSeries) => void;

/** Gives other work its turn when the present slice has lasted long enough. */
export type Breathe = () => Promise<void> | null;

/** Below this, one call of JSON.parse takes well under a slice. */
const SMALL_BYTES = 64 * 1024;
const RESULT = Buffer.from('"result":[');
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const BLANKS: readonly number[] = [0x20, 0x0a, 0x0d, 0x09];

const sampleSchema = z.tuple([z.number(), z.string()]);
const envelopeSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  errorType: z.string().optional(),
  warnings: z.array(z.unknown()).nullish(),
  isPartial: z.boolean().optional(),
  data: z.object({ resultType: z.string(), result: z.unknown() }).optional(),
});
type Envelope = z.output<typeof envelopeSchema>;

/** Returns the series of an answer: of a matrix, a vector or a scalar. Throws a PrometheusError. */
export async function decodeAnswer(
  body: Buffer,
  breathe: Breathe,
  take: TakeSeries | null = null,
): Promise<DecodedAnswer> {
  const at = body.length <= SMALL_BYTES ? -1 : body.indexOf(RESULT);
  if (at < 0) {
    const envelope = accepted(parseJson(body.toString("utf8")));
    return answer(envelope, resultOf(envelope).map(decodeElement));
  }
  const first = at + RESULT.length;
  const series: DecodedSeries[] = [];
  let position = first;
  for (;;) {
    const element = nextElement(body, position);
    position = element.end;
    if (element.start === element.end) break;
    const decoded = decodeElement(parseJson(body.toString("utf8", element.start, element.end)));
    if (take === null) series.push(decoded);
    else take(decoded);
    const turn = breathe();
    if (turn !== null) await turn;
  }
  const around = `${body.toString("utf8", 0, first)}${body.toString("utf8", position)}`;
  return answer(accepted(parseJson(around)), series);
}

/** Returns what an error answer of Prometheus says, or null where the body is something else (as HTML of a gateway). */
export function readErrorText(body: Buffer): string | null {
  if (body.length > SMALL_BYTES) return null;
  try {
    const { error, errorType } = envelopeSchema.parse(JSON.parse(body.toString("utf8")));
    return error === undefined ? null : `${errorType ?? "error"}: ${error.slice(0, 200)}`;
  } catch {
    return null;
  }
}

function answer({ warnings, isPartial }: Envelope, series: readonly DecodedSeries[]): DecodedAnswer {
  return { series, isPartial: isPartial === true || (warnings ?? []).length > 0 };
}

function accepted(plain: unknown): Envelope {
  const parsed = envelopeSchema.safeParse(plain);
  if (!parsed.success) throw new PrometheusError("malformed", "the answer is not one of Prometheus");
  const { status, error, errorType } = parsed.data;
  if (status !== "success") {
    throw new PrometheusError("unavailable", `${errorType ?? "error"}: ${(error ?? status).slice(0, 200)}`);
  }
  return parsed.data;
}

function resultOf({ data }: Envelope): readonly unknown[] {
  if (data === undefined || !Array.isArray(data.result)) {
    throw new PrometheusError("malformed", "the answer has no result");
  }
  if (data.resultType === "scalar" || data.resultType === "string") {
    return [{ metric: {}, value: data.result }];
  }
  return data.result;
}

/** Returns where the next object of a list begins and ends; both the closing bracket's position after the last one. */
function nextElement(body: Buffer, from: number): { readonly start: number; readonly end: number } {
  let start = from;
  while (BLANKS.includes(body[start] ?? 0) || body[start] === COMMA) start += 1;
  if (body[start] === CLOSE_BRACKET) return { start, end: start };
  let depth = 0;
  for (let index = start; index < body.length; index += 1) {
    const byte = body[index];
    if (byte === QUOTE) index = endOfString(body, index);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return { start, end: index + 1 };
    }
  }
  throw new PrometheusError("malformed", "the answer is cut off");
}

/** Returns the position of the closing quote. */
function endOfString(body: Buffer, from: number): number {
  for (let index = body.indexOf(QUOTE, from + 1); index >= 0; index = body.indexOf(QUOTE, index + 1)) {
    let escapes = 0;
    while (body[index - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return index;
  }
  throw new PrometheusError("malformed", "the answer is cut off");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PrometheusError("malformed", "the answer is not JSON");
  }
}

function decodeElement(element: unknown): DecodedSeries {
  if (element === null || typeof element !== "object") return malformed();
  const metric = "metric" in element ? element.metric : null;
  if (metric === null || typeof metric !== "object") return malformed();
  const samples = samplesOf(element);
  const times: Instant[] = [];
  const values: number[] = [];
  for (const sample of samples) {
    if (!Array.isArray(sample)) return malformed();
    const [time, value]: readonly unknown[] = sample;
    if (typeof time !== "number" || typeof value !== "string") return malformed();
    times.push(instant(time * 1000));
    values.push(decodeValue(value));
  }
  return { labels: labelsOf(metric), times, values };
}

/** Native histograms come as `histograms`: none of Triton's is one, and they are left out. */
function samplesOf(element: object): readonly unknown[] {
  if ("values" in element && Array.isArray(element.values)) return element.values;
  if ("value" in element) return [sampleSchema.parse(element.value)];
  return [];
}

function labelsOf(metric: object): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(metric)) if (typeof value === "string") labels[name] = value;
  return labels;
}

function decodeValue(text: string): number {
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return text === "" ? Number.NaN : Number(text);
}

function malformed(): never {
  throw new PrometheusError("malformed", "the answer holds something that is no series");
}
