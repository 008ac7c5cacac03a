// The external scaler's service definition, read from protos/ at start: the same file from src/ and from dist/.

import { fileURLToPath } from "node:url";
import { loadPackageDefinition, type ServiceDefinition } from "@grpc/grpc-js";
import { loadSync, type Options, type PackageDefinition } from "@grpc/proto-loader";
import type { ProtoGrpcType } from "./generated/externalscaler.ts";

/** The full name of the service, also the name of its health. */
export const SERVICE_NAME = "externalscaler.ExternalScaler";

/** How messages are read; the generated types are made with the same options. */
const LOADER_OPTIONS: Options = { longs: Number, enums: String, defaults: true, arrays: true, oneofs: true };

/** The definition of KEDA's service with its package, as reflection wants it. */
export type LoadedProto = {
  readonly service: ServiceDefinition;
  readonly clientConstructor: ProtoGrpcType["externalscaler"]["ExternalScaler"];
  readonly packageDefinition: PackageDefinition;
};

/** Returns the service as protos/externalscaler.proto defines it. Throws where that file is missing or broken. */
export function loadExternalScalerProto(): LoadedProto {
  const file = fileURLToPath(new URL("../../protos/externalscaler.proto", import.meta.url));
  const packageDefinition = loadSync(file, LOADER_OPTIONS);
  // The loader types its result loosely; the generated types were made from the same file.
  const { externalscaler } = loadPackageDefinition(packageDefinition) as unknown as ProtoGrpcType;
  const clientConstructor = externalscaler.ExternalScaler;
  return { service: clientConstructor.service, clientConstructor, packageDefinition };
}
