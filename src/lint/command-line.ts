// Words of a container's command line, whether listed one by one or written for a shell.

import { below, type Field, items, scalarText } from "./field.ts";

/** A word with its place: `offset` counts from the start of the text at `field`. */
export type Word = { readonly text: string; readonly field: Field; readonly offset: number };

/** A flag as it was given; `value` is null where it stands alone. */
export type Flag = { readonly name: string; readonly value: string | null; readonly word: Word };

/** A backslash at the end of a line joins lines, not words. */
const WORD = /(?:[^\s;&|'"\\]|\\(?!\r?\n).|'[^']*'|"(?:[^"\\]|\\.)*")+/gs;

/** Returns the words of `command` and `args` of a container or of an `exec`, in order. */
export function wordsOf(container: Field): readonly Word[] {
  return ["command", "args"].flatMap((key) => items(below(container, key))).flatMap(wordsIn);
}

/** Returns the words of one text; the shell's separators are none. */
export function wordsIn(field: Field): readonly Word[] {
  const text = scalarText(field) ?? "";
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => {
    const quoted = /^(['"])(.*)\1$/s.exec(word);
    return { text: quoted?.[2] ?? word, field, offset: quoted === null ? index : index + 1 };
  });
}

/** Returns every flag called `name`, given as `--name=value`, as `--name value`, or alone. */
export function flagsOf(words: readonly Word[], name: string): readonly Flag[] {
  return words.flatMap((word, index) => {
    if (word.text.startsWith(`--${name}=`))
      return [{ name, value: word.text.slice(name.length + 3).replaceAll(/^["']|["']$/g, ""), word }];
    if (word.text !== `--${name}`) return [];
    const next = words[index + 1]?.text ?? "";
    return [{ name, value: next === "" || next.startsWith("-") ? null : next, word }];
  });
}

/** Returns the last value given to a flag, which is the one in force; null where it is not given. */
export function flagValue(words: readonly Word[], name: string): string | null {
  return flagsOf(words, name).at(-1)?.value ?? null;
}
