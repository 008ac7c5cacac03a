// Names of pods as Kubernetes gives them, so that a workload's pods are known by their names.

/** The letters and digits of generated names: no vowels, and nothing that looks like another. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const SUFFIXES = ALPHABET.length ** SUFFIX_LENGTH;
/** Coprime to the number of suffixes (27⁵), so that no two indices below it meet. */
const STRIDE = 7_368_787;
const TEMPLATE_HASH_LENGTH = 10;

/** Returns `<workload>-<template hash>-<suffix>`; other indices give other names, the first 14 million of them. */
export function deploymentPodName(workload: string, index: number): string {
  return `${workload}-${templateHash(workload)}-${digits((index * STRIDE) % SUFFIXES, SUFFIX_LENGTH)}`;
}

/** Returns `<workload>-<ordinal>`. */
export function statefulSetPodName(workload: string, ordinal: number): string {
  return `${workload}-${ordinal}`;
}

function templateHash(workload: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < workload.length; index += 1) {
    hash = Math.imul(hash ^ workload.charCodeAt(index), 0x01000193) >>> 0;
  }
  return digits(hash * 31 + 7, TEMPLATE_HASH_LENGTH);
}

function digits(value: number, length: number): string {
  let rest = value;
  let text = "";
  while (text.length < length) {
    text = `${ALPHABET[rest % ALPHABET.length] ?? ""}${text}`;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}
