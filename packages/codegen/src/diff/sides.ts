/** The two versions of a contract, opened for comparison. */
import type { Method, Model, ModelFile, Service } from "../model/model.js";
import { kebab, type MethodSchemas, methodSchemas, SchemaCache } from "../schema/index.js";

/** A method with the facts about it that peers have. */
export interface SideMethod {
  readonly service: Service;
  readonly method: Method;
  /** `Catalog.search` */
  readonly title: string;
  readonly schemas: MethodSchemas;
}

/** One version. */
export interface ContractSide {
  readonly model: Model;
  readonly cache: SchemaCache;
  /** By id. */
  readonly methods: ReadonlyMap<bigint, SideMethod>;
  /** Services by the form of their names that is in the ids. */
  readonly services: ReadonlyMap<string, Service>;
  /** Path of a file below the base folder. */
  pathOf(file: ModelFile): string;
}

/** @param base absolute folder that both versions' paths are relative to, each to its own */
export function openSide(model: Model, base: string): ContractSide {
  const cache = new SchemaCache();
  const methods = new Map<bigint, SideMethod>();
  const services = new Map<string, Service>();
  for (const file of model.files) {
    for (const service of file.services) {
      services.set(kebab(service.name), service);
      for (const method of service.methods) {
        const schemas = methodSchemas(service, method, cache);
        const title = `${service.name}.${method.name}`;
        methods.set(schemas.methodId, { service, method, title, schemas });
      }
    }
  }
  const prefix = base.endsWith("/") ? base : `${base}/`;
  return {
    model,
    cache,
    methods,
    services,
    pathOf: ({ path }) => (path.startsWith(prefix) ? path.slice(prefix.length) : path),
  };
}
