// What a rule found, before it has its code.

import { formatPath, type Position } from "../policy/finding.ts";
import { harmless } from "../policy/wording.ts";
import type { Field } from "./field.ts";

/** Messages show names from the files, which may be of any length. */
const LONGEST_MESSAGE = 1000;

export type Found = Position & { readonly file: string; readonly path: string; readonly message: string };

/** Returns the finding that the value at `field` is wrong; where there is none, what lacks it is named. */
export function wrongValue(field: Field, message: string): Found {
  return found(field, field.origin.locate.value(field.path), message);
}

/** Returns the finding that the key of `field` is wrong, or that its mapping lacks something; of a list, the item. */
export function wrongKey(field: Field, message: string): Found {
  return found(field, field.origin.locate.key(field.path), message);
}

/** Returns the finding about the part of a text that begins at `offset`. */
export function wrongWithin(field: Field, offset: number, message: string): Found {
  return found(field, field.origin.within(field.path, offset), message);
}

function found({ origin, path }: Field, { line, column }: Position, message: string): Found {
  const text = harmless(message.slice(0, LONGEST_MESSAGE));
  return { file: origin.file, line, column, path: formatPath(path), message: text };
}
