// The integers of the controller: int64 that wraps, and what a double becomes where it does not fit (amd64).

import type { Int64 } from "./metric.ts";

/** The largest int32. */
export const MAX_INT32 = 2_147_483_647;
/** The smallest int32: what every double beyond int32 becomes. */
export const MIN_INT32 = -2_147_483_648;
/** The largest int64. */
export const MAX_INT64 = 9_223_372_036_854_775_807n;
const MIN_INT64 = -9_223_372_036_854_775_808n;
const INT64_RANGE_END = 9_223_372_036_854_775_808;

/** Returns an int64 sum, wrapped. */
export function addInt64(left: Int64, right: Int64): Int64 {
  if (typeof left === "number" && typeof right === "number") {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return wrapped(BigInt(left) + BigInt(right));
}

/** Returns an int64 product, wrapped. */
export function multiplyInt64(left: Int64, right: Int64): Int64 {
  if (typeof left === "number" && typeof right === "number") {
    const product = left * right;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return wrapped(BigInt(left) * BigInt(right));
}

/** Returns an int64 quotient, truncated towards zero; the divisor is not 0. */
export function divideInt64(dividend: Int64, divisor: Int64): Int64 {
  if (typeof dividend === "number" && typeof divisor === "number") return Math.trunc(dividend / divisor) + 0;
  return wrapped(BigInt(dividend) / BigInt(divisor));
}

/** Returns the low 32 bits of an int64 as an int32. */
export function lowInt32(value: Int64): number {
  return Number(BigInt.asIntN(32, BigInt(value)));
}

/** Returns a double as int64, truncated; the smallest int64 where it does not fit or is NaN. */
export function int64OfDouble(value: number): Int64 {
  if (!(value >= -INT64_RANGE_END && value < INT64_RANGE_END)) return MIN_INT64;
  return compact(BigInt(Math.trunc(value)));
}

/** Returns a double as int32, truncated; the smallest int32 where it does not fit or is NaN. */
export function int32OfDouble(value: number): number {
  const whole = Math.trunc(value);
  return whole >= MIN_INT32 && whole <= MAX_INT32 ? whole + 0 : MIN_INT32;
}

function wrapped(value: bigint): Int64 {
  return compact(BigInt.asIntN(64, value));
}

function compact(value: bigint): Int64 {
  const double = Number(value);
  return Number.isSafeInteger(double) ? double : value;
}
