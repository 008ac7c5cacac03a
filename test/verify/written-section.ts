// The part of a page between two markers: `<!-- NAME: … -->` and `<!-- /NAME -->`, renewed by what made it.

import { readFileSync, writeFileSync } from "node:fs";

/** Replaces what stands between the markers of that name; it fails where the page has none. */
export function renewSection(page: URL, name: string, markdown: string): void {
  const section = new RegExp(`(<!-- ${name}: .* -->\\n)[\\s\\S]*(\\n<!-- /${name} -->)`);
  const text = readFileSync(page, "utf8");
  if (!section.test(text)) throw new Error(`${page.pathname} has no section between the markers of ${name}`);
  writeFileSync(
    page,
    text.replace(section, (_, from: string, to: string) => `${from}${markdown}${to}`),
  );
}
