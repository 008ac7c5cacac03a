// Bytes of a document to text: size, encoding and characters are checked before any parser sees them.

import { failed, ok, type Result } from "../domain/result.ts";
import type { Finding, Position } from "./finding.ts";

/** The largest document that is read. */
export const MAX_DOCUMENT_BYTES = 256 * 1024;

/** Text with the means to say where an offset is. */
export type SourceText = {
  readonly text: string;
  positionAt(offset: number): Position;
};

/** Controls but for tab, line feed, carriage return and next line: YAML has no use for them. */
const CONTROL = /(?![\t\n\r\u0085])\p{Cc}/u;
const OTHER_MARKS: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: "UTF-32", bytes: [0xff, 0xfe, 0, 0] },
  { name: "UTF-32", bytes: [0, 0, 0xfe, 0xff] },
  { name: "UTF-16", bytes: [0xff, 0xfe] },
  { name: "UTF-16", bytes: [0xfe, 0xff] },
];

/**
 * Returns the text of a UTF-8 document (a UTF-8 byte order mark is skipped), or what is wrong with its bytes; more than
 * `maxBytes` are refused.
 */
export function readSourceText(
  bytes: Uint8Array,
  maxBytes: number = MAX_DOCUMENT_BYTES,
): Result<SourceText, Finding> {
  if (bytes.length > maxBytes) {
    const message = `document is larger than ${maxBytes} bytes (${maxBytes / 1024} KiB), the most that is read; shorten or split it`;
    return failed({ line: 1, column: 1, code: "FILE_TOO_LARGE", path: "", message });
  }
  const mark = OTHER_MARKS.find((other) => other.bytes.every((byte, index) => bytes[index] === byte));
  if (mark !== undefined)
    return refused({ line: 1, column: 1 }, `document is ${mark.name}, must be UTF-8; save it as UTF-8`);
  const text = decode(bytes);
  if (text === null) {
    const lenient = new TextDecoder("utf-8").decode(bytes);
    const at = indexText(lenient).positionAt(lenient.indexOf("\ufffd"));
    return refused(at, "byte that is not UTF-8; save the document as UTF-8");
  }
  const source = indexText(text);
  const control = CONTROL.exec(text);
  if (control !== null) {
    const name = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return refused(
      source.positionAt(control.index),
      `control character ${name}; remove it (UTF-16 text shows up so, too)`,
    );
  }
  return ok(source);
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function refused(at: Position, message: string): Result<SourceText, Finding> {
  return failed({ ...at, code: "YAML_SYNTAX", path: "", message });
}

/** Returns the text with the means to say where an offset is. */
export function indexText(text: string): SourceText {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    text,
    positionAt(offset) {
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}
