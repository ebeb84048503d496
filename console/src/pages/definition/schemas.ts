import type { ReactiveControllerHost } from "lit";
import { part, type Schema } from "../../parts/schema-form/schema";
import { get, send } from "../../rest/call";
import { installation } from "../../rest/paths";

/** What the schema of a plugin describes. */
export type Kind = "endpoint" | "shared" | "entrypoint" | "resource";

export interface Plugin {
  readonly id: string;
  readonly name: string;
  readonly supportedApiType?: string;
  readonly supportedListenerType?: string;
}

const FAMILIES: Readonly<Record<Kind, string>> = {
  endpoint: "endpoints",
  shared: "endpoints",
  entrypoint: "entrypoints",
  resource: "resources",
};
const read = new Map<string, Promise<unknown>>();

/** A document that does not change while the console is open. */
function once<T>(...parts: string[]): Promise<T> {
  const path = installation(...parts);
  let found = read.get(path);
  if (!found) {
    found = send(get(path));
    found.catch(() => read.delete(path));
    read.set(path, found);
  }
  return found as Promise<T>;
}

export const readPlugins = (kind: Kind): Promise<Plugin[]> => once("plugins", FAMILIES[kind]);

/** The schema of the configuration of a type; undefined for one that is not installed. */
export async function readSchema(kind: Kind, id: string): Promise<Schema | undefined> {
  const last = kind === "shared" ? "shared-configuration-schema" : "schema";
  try {
    return await once<Schema>("plugins", FAMILIES[kind], id, last);
  } catch {
    return undefined;
  }
}

/** The schema of a whole API. */
export const readApiSchema = (): Promise<Schema> => once("schemas", "api");

/** Parts of the schema of an API, by their paths. */
export class ApiSchema {
  private readonly parts = new Map<string, Schema>();

  constructor(private readonly whole: Schema) {}

  /** @param path names of members; `*` for the items of a list. */
  part(...path: string[]): Schema {
    const key = path.join("/");
    let found = this.parts.get(key);
    if (!found) this.parts.set(key, (found = part(this.whole, ...path)));
    return found;
  }
}

/** The schemas of the plugins that a page shows; the host renders when one has arrived. */
export class PluginSchemas {
  private readonly found = new Map<string, Schema | undefined>();

  constructor(private readonly host: ReactiveControllerHost) {}

  /** Undefined while the schema is read, and for a type that is not installed. */
  of(kind: Kind, id: string): Schema | undefined {
    const key = `${kind} ${id}`;
    if (!this.found.has(key)) {
      this.found.set(key, undefined);
      void readSchema(kind, id).then((schema) => {
        this.found.set(key, schema);
        this.host.requestUpdate();
      });
    }
    return this.found.get(key);
  }
}
