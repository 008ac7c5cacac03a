// Sizes as Kubernetes quantities (`64Mi`): parser to whole bytes, and the canonical form.

/** What a quantity looks like: a number with an optional suffix, as Kubernetes writes memory. */
export const QUANTITY_PATTERN = /^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?$/;

const DECIMAL_SUFFIXES = ["k", "M", "G", "T", "P", "E"];
const BINARY_SUFFIXES = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** Returns the bytes that `text` names, or null where it is no quantity or not a whole, exactly representable number. */
export function parseQuantity(text: string): number | null {
  if (!QUANTITY_PATTERN.test(text)) return null;
  const amount = Number.parseFloat(text);
  const bytes = amount * factorOf(text.replace(/^[0-9.]+/, ""));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Returns `bytes` with the largest binary suffix that leaves a whole number: `65536` is `64Ki`, `1000` is `1000`. */
export function formatQuantity(bytes: number): string {
  let amount = bytes;
  let suffix = "";
  for (const next of BINARY_SUFFIXES) {
    if (amount === 0 || amount % 1024 !== 0) break;
    amount /= 1024;
    suffix = next;
  }
  return `${amount}${suffix}`;
}

function factorOf(suffix: string): number {
  if (suffix === "") return 1;
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix);
  return decimal >= 0 ? 1000 ** (decimal + 1) : 1024 ** (BINARY_SUFFIXES.indexOf(suffix) + 1);
}
