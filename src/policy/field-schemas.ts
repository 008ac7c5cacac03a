// The kinds of values that documents are made of, as zod schemas. A message of ours begins with the code it stands for;
// schema-findings.ts turns it into a line. Mappings list their keys, so that a typing error can be corrected.

import { z } from "zod";
import type { IssueCode } from "../domain/issue.ts";
import { type Millis, millis } from "../domain/units.ts";
import { DURATION_PATTERN, formatDuration, parseDuration } from "./duration.ts";
import { formatQuantity, parseQuantity, QUANTITY_PATTERN } from "./quantity.ts";
import { anyOf, nearest } from "./wording.ts";

const LONGEST_DURATION: Millis = millis(366 * 86_400_000);
const LONGEST_QUERY_BYTES = 4096;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MODEL_NAME = /^[^\s\p{C}/\\]{1,253}$/u;

/** Separates the known keys in the message about unknown ones. */
export const KEYS_PREFIX = "KEYS ";

/** Returns a schema message that stands for `code`; `text` continues "<path> is <value>, ". */
export function refusal(code: IssueCode, text: string): string {
  return `${code}: ${text}`;
}

/** Returns the schema of a mapping with these keys and no others. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = `${KEYS_PREFIX}${Object.keys(shape).join(" ")}`;
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? known : undefined),
  });
}

/** What is said of text that is no duration. */
export const BAD_DURATION: string = refusal(
  "BAD_DURATION",
  "must be a duration with a unit, as 500ms, 90s or 1h30m",
);

/** Returns the schema of a duration between `least` (1 ms) and `most` (366 days). */
export function duration({
  least = millis(1),
  most = LONGEST_DURATION,
}: {
  least?: Millis;
  most?: Millis;
} = {}) {
  const range = refusal("OUT_OF_RANGE", `must be ${formatDuration(least)} to ${formatDuration(most)}`);
  return z
    .string({ error: ({ input }) => (typeof input === "number" ? BAD_DURATION : undefined) })
    .regex(DURATION_PATTERN, { error: BAD_DURATION })
    .transform((text) => parseDuration(text) ?? LONGEST_DURATION + 1)
    .refine((span) => span >= least && span <= most, { error: range })
    .transform((span) => millis(span));
}

/** A duration that may be none at all. */
export const durationOrZero = (): ReturnType<typeof duration> => duration({ least: millis(0) });

/** Returns the words about a mapping whose `key` names none of `kinds`, for a union that is told apart by that key. */
export function unknownKind(key: string, kinds: readonly string[]) {
  return ({ code, input }: { readonly code: string; readonly input?: unknown }): string | undefined => {
    if (code !== "invalid_union") return undefined;
    const written = input !== null && typeof input === "object" ? Reflect.get(input, key) : undefined;
    const meant = typeof written === "string" ? nearest(written, kinds) : null;
    const advice = meant === null ? "" : `; did you mean "${meant}"?`;
    return refusal("OUT_OF_RANGE", `must be ${anyOf(kinds)}${advice}`);
  };
}

const BAD_QUANTITY = refusal("BAD_QUANTITY", "must be a size, as 65536, 64Ki or 1.5Gi");

/** Returns the schema of a size in bytes of at least `least`. */
export function quantity(least: number) {
  const range = refusal("OUT_OF_RANGE", `must be a whole number of bytes, at least ${formatQuantity(least)}`);
  return z.preprocess(
    (value) => (typeof value === "number" ? String(value) : value),
    z
      .string()
      .regex(QUANTITY_PATTERN, { error: BAD_QUANTITY })
      .transform((text) => parseQuantity(text) ?? -1)
      .refine((bytes) => bytes >= least, { error: range }),
  );
}

/** Returns the schema of a whole number. */
export function whole(least: number, most: number) {
  return z.number().int().min(least).max(most);
}

/** A number above zero. */
export const positive = () => z.number().positive().max(1e12);

/** A ratio, 0 to 1. */
export const ratio = () => z.number().min(0).max(1);

/** A name as Kubernetes has them for namespaces and workloads. */
export const dnsLabel = () =>
  z.string().regex(DNS_LABEL, {
    error: refusal("BAD_NAME", "must be a DNS label: at most 63 of a-z, 0-9 and -, not at either end -"),
  });

/** A pod's name. */
export const podName = () =>
  z.string().regex(DNS_SUBDOMAIN, { error: refusal("BAD_NAME", "must be a pod's name: a-z, 0-9, - and .") });

/** A model's name in Triton's repository. */
export const modelName = () =>
  z.string().regex(MODEL_NAME, {
    error: refusal(
      "BAD_NAME",
      "must be a model's name in Triton's repository: 1 to 253 characters, no blanks or slashes",
    ),
  });

/** Text that is not empty and not absurdly long. */
export const text = () => z.string().min(1).max(4096);

/** PromQL: not blank, and at most 4 KiB. */
export const query = () =>
  z
    .string()
    .min(1, { abort: true })
    .max(LONGEST_QUERY_BYTES, { abort: true })
    .refine((written) => written.trim() !== "", {
      error: refusal("OUT_OF_RANGE", "must be a query"),
      abort: true,
    })
    .refine((written) => Buffer.byteLength(written) <= LONGEST_QUERY_BYTES, {
      error: refusal("OUT_OF_RANGE", `must have at most ${LONGEST_QUERY_BYTES} bytes`),
    });

/** `host:port`. */
export const address = () =>
  z.string().refine(isAddress, {
    error: refusal(
      "OUT_OF_RANGE",
      'must be host:port with a port of 0 to 65535, as "0.0.0.0:6000" or "[::]:6000"',
    ),
  });

/** An http or https URL; credentials in it would end up in logs. */
export const httpUrl = () =>
  z
    .string()
    .max(2048)
    .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), {
      error: refusal("OUT_OF_RANGE", "must carry no user or password"),
      abort: true,
    })
    .refine((url) => /^https?:\/\/[^\s]+$/.test(url) && URL.canParse(url), {
      error: refusal("OUT_OF_RANGE", 'must be an http or https URL, as "http://127.0.0.1:8002/metrics"'),
    });

/** What a later version brings: only `value`, or nothing at all, is accepted. */
export function notYet<const Value extends null | 0>(value: Value, todo: string) {
  return z.literal(value, { error: refusal("NOT_AVAILABLE", `which is not available yet; ${todo}`) });
}

/** A key that a later version brings: it must be absent. */
export function notYetKey(todo: string) {
  return z.never({ error: refusal("NOT_AVAILABLE", `which is not available yet; ${todo}`) }).optional();
}

function isAddress(text: string): boolean {
  const match = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+):([0-9]{1,5})$/.exec(text);
  return match !== null && Number(match[2]) <= 65_535;
}
