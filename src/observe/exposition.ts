// A strict, fast parser of the Prometheus text format, read by character codes.

import { failed, ok, type Result } from "../domain/result.ts";

/** One sample line; escapes in label values are resolved. The value may be NaN or infinite. */
export type ExpositionSample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** What is wrong with a text; `line` counts from 1. */
export type ExpositionProblem = { readonly line: number; readonly message: string };

export type ExpositionOptions = {
  /** Samples of other names are checked but not returned; all are returned without it. */
  readonly keep?: (name: string) => boolean;
  /** The most sample lines a text may have, returned or not. */
  readonly maxSeries?: number;
};

const MAX_LINE_LENGTH = 16_384;
const MAX_LABELS = 64;
const MAX_NUMBER_LENGTH = 64;
const DEFAULT_MAX_SERIES = 100_000;
const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const TYPES = new Set(["counter", "gauge", "histogram", "summary", "untyped", "unknown"]);

const TAB = 9;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;
const LOWER_N = 110;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Digits that a double holds exactly, and the powers of ten by which dividing them rounds once, hence correctly. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

const NAME_START = 1;
const NAME_PART = 2;
/** Per character code: may it start, may it continue a name (colons are for metric names alone). */
const NAME_CLASS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-zA-Z_]/.test(character)) return NAME_START | NAME_PART;
  return /[0-9]/.test(character) ? NAME_PART : 0;
});

/**
 * Returns the samples of a text in the order of its lines, or the first thing wrong with it: then the whole text is
 * refused, since half a page reads like vanished series. It must end with a newline (else it is truncated).
 * Timestamps are accepted and ignored. Never throws.
 */
export function parseExposition(
  text: string,
  { keep, maxSeries = DEFAULT_MAX_SERIES }: ExpositionOptions = {},
): Result<readonly ExpositionSample[], ExpositionProblem> {
  return new Parser(text, keep ?? (() => true), maxSeries).parse();
}

class Parser {
  private readonly text: string;
  private readonly keep: (name: string) => boolean;
  private readonly maxSeries: number;
  private readonly samples: ExpositionSample[] = [];
  private at = 0;
  private line = 1;
  private lineEnd = 0;
  private seriesCount = 0;
  private lastName = "";
  private lastNameKept = false;
  private problem: string | null = null;

  constructor(text: string, keep: (name: string) => boolean, maxSeries: number) {
    this.text = text;
    this.keep = keep;
    this.maxSeries = maxSeries;
  }

  parse(): Result<readonly ExpositionSample[], ExpositionProblem> {
    const { text } = this;
    while (this.at < text.length) {
      const end = text.indexOf("\n", this.at);
      if (!this.readLine(end)) return failed({ line: this.line, message: this.problem ?? "unreadable line" });
      this.at = end + 1;
      this.line++;
    }
    return text.length === 0 ? failed({ line: 1, message: "empty text" }) : ok(this.samples);
  }

  private fail(message: string): false {
    this.problem ??= message;
    return false;
  }

  private readLine(end: number): boolean {
    if (end < 0) return this.fail("truncated: the last line does not end with a newline");
    if (end - this.at > MAX_LINE_LENGTH) return this.fail(`line longer than ${MAX_LINE_LENGTH} characters`);
    this.lineEnd = end > this.at && this.text.charCodeAt(end - 1) === CR ? end - 1 : end;
    this.skipSpaces();
    if (this.at >= this.lineEnd) return true;
    return this.text.charCodeAt(this.at) === HASH ? this.readComment() : this.readSample();
  }

  private readComment(): boolean {
    const [keyword, name = "", type = ""] = this.text
      .slice(this.at + 1, this.lineEnd)
      .trim()
      .split(/[ \t]+/, 3);
    if (keyword !== "HELP" && keyword !== "TYPE") return true;
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return this.fail(`${keyword} needs a metric name`);
    return keyword === "HELP" || TYPES.has(type) || this.fail("unknown metric type");
  }

  private readSample(): boolean {
    const name = this.readMetricName();
    if (name === null) return false;
    if (++this.seriesCount > this.maxSeries) return this.fail(`more than ${this.maxSeries} series`);
    const kept = this.lastNameKept;
    this.skipSpaces();
    let labels = NO_LABELS;
    if (this.text.charCodeAt(this.at) === OPEN_BRACE) {
      const read = this.readLabels(kept);
      if (read === null) return false;
      labels = read;
    }
    this.skipSpaces();
    const value = this.readValue();
    if (value === null || !this.readTimestamp()) return false;
    if (kept) this.samples.push({ name, labels, value });
    return true;
  }

  /** Lines of one family follow one another: its name is then neither cut out nor asked about again. */
  private readMetricName(): string | null {
    const start = this.at;
    const { text, lineEnd } = this;
    let at = start;
    let code = text.charCodeAt(at);
    if (!(isNameCode(code, NAME_START) || code === COLON)) {
      this.fail("expected a metric name");
      return null;
    }
    while (at < lineEnd && (isNameCode(code, NAME_PART) || code === COLON)) code = text.charCodeAt(++at);
    this.at = at;
    if (at - start === this.lastName.length && text.startsWith(this.lastName, start)) return this.lastName;
    this.lastName = text.slice(start, at);
    this.lastNameKept = this.keep(this.lastName);
    return this.lastName;
  }

  private readLabels(kept: boolean): Record<string, string> | null {
    const labels: Record<string, string> = {};
    const seen: string[] = [];
    this.at++;
    for (;;) {
      this.skipSpaces();
      if (this.text.charCodeAt(this.at) === CLOSE_BRACE) break;
      const name = this.readLabelName();
      if (name === null) return null;
      if (seen.includes(name)) return this.noLabels(`label ${name} given twice`);
      if (seen.push(name) > MAX_LABELS) return this.noLabels(`more than ${MAX_LABELS} labels`);
      const value = this.readLabelValue();
      if (value === null) return null;
      if (kept) setLabel(labels, name, value);
      this.skipSpaces();
      const code = this.text.charCodeAt(this.at);
      if (code === COMMA) this.at++;
      else if (code !== CLOSE_BRACE) return this.noLabels("expected , or } after a label");
    }
    this.at++;
    return labels;
  }

  private noLabels(message: string): null {
    this.fail(message);
    return null;
  }

  private readLabelName(): string | null {
    const start = this.at;
    const { text, lineEnd } = this;
    let at = start;
    let code = text.charCodeAt(at);
    if (!isNameCode(code, NAME_START)) return this.noLabels("expected a label name");
    while (at < lineEnd && isNameCode(code, NAME_PART)) code = text.charCodeAt(++at);
    this.at = at;
    this.skipSpaces();
    if (text.charCodeAt(this.at) !== EQUALS) return this.noLabels("expected = after a label name");
    this.at++;
    return text.slice(start, at);
  }

  private readLabelValue(): string | null {
    this.skipSpaces();
    const { text, lineEnd } = this;
    if (text.charCodeAt(this.at) !== QUOTE) return this.noLabels("expected a quoted label value");
    const start = this.at + 1;
    let escaped = false;
    let at = start;
    for (; at < lineEnd; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code !== BACKSLASH) continue;
      escaped = true;
      const next = text.charCodeAt(++at);
      if (next !== BACKSLASH && next !== QUOTE && next !== LOWER_N) return this.noLabels("unknown escape");
    }
    if (at >= lineEnd) return this.noLabels("label value without a closing quote");
    this.at = at + 1;
    const raw = text.slice(start, at);
    return escaped ? raw.replace(/\\(.)/g, (_, mark: string) => (mark === "n" ? "\n" : mark)) : raw;
  }

  private readValue(): number | null {
    const start = this.at;
    const end = this.tokenEnd();
    this.at = end;
    const value = parseNumber(this.text, start, end);
    if (value === null) this.fail(start === end ? "expected a value" : "not a number");
    return value;
  }

  private readTimestamp(): boolean {
    this.skipSpaces();
    if (this.at >= this.lineEnd) return true;
    const end = this.tokenEnd();
    const stamp = this.text.slice(this.at, end);
    this.at = end;
    if (!/^-?[0-9]{1,19}$/.test(stamp)) return this.fail("not a timestamp");
    this.skipSpaces();
    return this.at >= this.lineEnd || this.fail("text after the timestamp");
  }

  private tokenEnd(): number {
    let at = this.at;
    for (; at < this.lineEnd; at++) {
      const code = this.text.charCodeAt(at);
      if (code === SPACE || code === TAB) break;
    }
    return at;
  }

  private skipSpaces(): void {
    let code = this.text.charCodeAt(this.at);
    while (this.at < this.lineEnd && (code === SPACE || code === TAB)) code = this.text.charCodeAt(++this.at);
  }
}

function isNameCode(code: number, kind: number): boolean {
  return ((NAME_CLASS[code] ?? 0) & kind) !== 0;
}

/** Sets a label as an own property, whatever its name. */
function setLabel(labels: Record<string, string>, name: string, value: string): void {
  if (name !== "__proto__") labels[name] = value;
  else Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Returns the number between two places, or null. Short decimals are read in place, which is several times faster. */
function parseNumber(text: string, start: number, end: number): number | null {
  const negative = text.charCodeAt(start) === MINUS;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      mantissa = mantissa * 10 + (code - ZERO);
      if (++digits > EXACT_DIGITS) return parseAnyNumber(text.slice(start, end));
      if (decimals >= 0) decimals++;
    } else if (code === DOT && decimals < 0) decimals = 0;
    else return parseAnyNumber(text.slice(start, end));
  }
  if (digits === 0) return null;
  const value = decimals > 0 ? mantissa / (POWERS_OF_TEN[decimals] ?? 1) : mantissa;
  return negative && value > 0 ? -value : value;
}

/** Returns the number a text stands for, or null. Triton prints `Nan` for the quantile of an empty window. */
function parseAnyNumber(text: string): number | null {
  if (text.length > MAX_NUMBER_LENGTH) return null;
  if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text)) return Number(text);
  const code = text.charCodeAt(0);
  const word = (code === PLUS || code === MINUS ? text.slice(1) : text).toLowerCase();
  if (word === "inf") return code === MINUS ? -Infinity : Infinity;
  return word === "nan" ? NaN : null;
}
