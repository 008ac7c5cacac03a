// Which GPU the instance families of AWS have, and whether a name of a GPU means that one.

/** A GPU: the word by which its names are told, and its memory in GB. */
export type Gpu = { readonly word: string; readonly memoryGb: number };

/** AWS' instance type pages; the longest family first where one begins like another. */
const GPU_OF_FAMILY: ReadonlyMap<string, Gpu> = new Map([
  ["p2", { word: "K80", memoryGb: 12 }],
  ["p3", { word: "V100", memoryGb: 16 }],
  ["p3dn", { word: "V100", memoryGb: 32 }],
  ["p4d", { word: "A100", memoryGb: 40 }],
  ["p4de", { word: "A100", memoryGb: 80 }],
  ["p5", { word: "H100", memoryGb: 80 }],
  ["p5e", { word: "H200", memoryGb: 141 }],
  ["p5en", { word: "H200", memoryGb: 141 }],
  ["p6-b200", { word: "B200", memoryGb: 180 }],
  ["g4dn", { word: "T4", memoryGb: 16 }],
  ["g5", { word: "A10G", memoryGb: 24 }],
  ["g5g", { word: "T4G", memoryGb: 16 }],
  ["g6", { word: "L4", memoryGb: 24 }],
  ["gr6", { word: "L4", memoryGb: 24 }],
  ["g6e", { word: "L40S", memoryGb: 48 }],
]);

/** Returns the GPU of an instance type (`g5.12xlarge`) or family (`g5`); null where it is not known. */
export function gpuOf(instance: string): Gpu | null {
  return GPU_OF_FAMILY.get(instance.split(".")[0] ?? "") ?? null;
}

/** Returns whether a product (`NVIDIA-A100-SXM4-40GB`) or name (`a100`) can be this GPU. */
export function isNamed({ word, memoryGb }: Gpu, name: string): boolean {
  const words = name.toUpperCase().split(/[^A-Z0-9]+/);
  const memory = words.find((part) => /^\d+GB$/.test(part));
  return words.includes(word) && (memory === undefined || Number.parseInt(memory, 10) === memoryGb);
}
