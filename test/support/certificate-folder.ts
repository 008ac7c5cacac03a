// A mounted Secret of the test: certificate, key and the callers' CAs, replaced as the kubelet does, or worse.

import { mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Pair } from "./certificate-authority.ts";

export type Contents = Pair & { readonly clientCa: string };
export type CertificateFolder = {
  readonly paths: { readonly certFile: string; readonly keyFile: string; readonly clientCaFile: string };
  /** Puts a new version in place by swapping `..data`; the old one is removed. */
  swap(contents: Contents): Promise<void>;
  /** Writes one of the files in place. */
  write(file: "tls.crt" | "tls.key" | "ca.crt", text: string): Promise<void>;
  remove(file: "tls.crt" | "tls.key" | "ca.crt"): Promise<void>;
};

/** Makes `folder`, which is there and empty, one with these contents. */
export async function certificateFolder(folder: string, contents: Contents): Promise<CertificateFolder> {
  const data = join(folder, "..data");
  let version = 0;
  const swap = async (next: Contents): Promise<void> => {
    const old = await readlink(data).catch(() => null);
    version += 1;
    const name = `..${version}`;
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "tls.crt"), next.cert);
    await writeFile(join(folder, name, "tls.key"), next.key);
    await writeFile(join(folder, name, "ca.crt"), next.clientCa);
    await symlink(name, join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), data);
    if (old !== null) await rm(join(folder, old), { recursive: true });
  };
  await swap(contents);
  for (const file of ["tls.crt", "tls.key", "ca.crt"])
    await symlink(join("..data", file), join(folder, file));
  return {
    paths: {
      certFile: join(folder, "tls.crt"),
      keyFile: join(folder, "tls.key"),
      clientCaFile: join(folder, "ca.crt"),
    },
    swap,
    write: (file, text) => writeFile(join(folder, file), text),
    remove: (file) => rm(join(data, file)),
  };
}
