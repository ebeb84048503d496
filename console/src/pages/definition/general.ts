import { html } from "lit";
import { customElement } from "lit/decorators.js";
import type { Schema } from "../../parts/schema-form/schema";
import { words } from "../../words/en";
import type { Api } from "./api";
import { DefinitionPage } from "./page";
import type { ApiSchema } from "./schemas";

const text = words.definition;
const LONGEST = { name: 50, apiVersion: 32, description: 250 } as const;
const DESCRIPTIVE = ["name", "apiVersion", "description", "labels", "categories"] as const;
const STATES = ["CREATED", "PUBLISHED", "UNPUBLISHED", "DEPRECATED", "ARCHIVED"] as const;

/** Name, version, description, labels, lifecycle and visibility of an API. */
@customElement("relay-api-general")
export class General extends DefinitionPage {
  protected readonly text = text.general;

  protected content(api: Api, schema: ApiSchema) {
    return html`
      ${this.formCard(text.general.details, [], described(schema.part(), api), DESCRIPTIVE)}
      ${this.formCard(text.general.publication, [], PUBLICATION, ["lifecycleState", "visibility"])}
      ${this.formCard(text.general.redeployment, ["redeployment"], schema.part("redeployment"))}
    `;
  }
}

/** The schema of an API, with the lengths that the console allows. */
function described(schema: Schema, api: Api): Schema {
  const members: Record<string, Schema> = Object.fromEntries(
    Object.entries(LONGEST).map(([name, longest]) => {
      const present = String(api[name] ?? "").length;
      return [name, { ...schema.properties![name], maxLength: Math.max(longest, present) }];
    }),
  );
  members["description"] = { ...members["description"], "x-multiline": true };
  return { ...schema, properties: { ...schema.properties, ...members } };
}

/** Members beside the definition, which portals and the API list use. */
const PUBLICATION: Schema = {
  type: "object",
  properties: {
    lifecycleState: {
      type: "string",
      enum: STATES,
      title: text.general.lifecycle,
      description: text.general.lifecycleHint,
    },
    visibility: {
      type: "string",
      enum: ["PRIVATE", "PUBLIC"],
      title: text.general.visibility,
      description: text.general.visibilityHint,
    },
  },
  required: ["lifecycleState", "visibility"],
};
