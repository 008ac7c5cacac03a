// How KEDA's adapter hands a scaler's float to the HPA, in milli-units.

/**
 * Returns a float as the milli-units that the HPA reads, as KEDA 2.20 and later does: three decimals, to the nearest,
 * ties to the even one. What is no load to KEDA (NaN, infinite, negative) becomes 0.
 */
export function milliOfFloat(value: number): number {
  if (!Number.isFinite(value) || value <= 0) return 0;
  // Only odd multiples of 1/16 lie exactly between two thousandths; toFixed would take the larger one.
  if ((value * 16) % 2 === 1) {
    const below = Math.floor(value * 1000);
    return below % 2 === 0 ? below : below + 1;
  }
  return Number(value.toFixed(3).replace(".", ""));
}
