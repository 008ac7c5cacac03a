// Text that is safe in HTML and SVG, and the few elements that charts are made of.

/** Returns the text with everything escaped that markup gives a meaning to. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Returns a coordinate with at most one decimal: a report of thousands of points must stay small. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Returns an SVG `path` of the points in order; null breaks the line. */
export function linePath(points: readonly (readonly [number, number] | null)[]): string {
  let pen = "M";
  const parts: string[] = [];
  for (const point of points) {
    if (point === null) pen = "M";
    else {
      parts.push(`${pen}${place(point[0])} ${place(point[1])}`);
      pen = "L";
    }
  }
  return parts.join("");
}

/** Returns an SVG `path` in steps: each value holds until the next point. */
export function stepPath(points: readonly (readonly [number, number])[], end: number): string {
  const [first] = points;
  if (first === undefined) return "";
  const rest = points.slice(1).map(([x, y]) => `H${place(x)}V${place(y)}`);
  return `M${place(first[0])} ${place(first[1])}${rest.join("")}H${place(end)}`;
}
