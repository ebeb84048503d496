import type { Tone } from "../../parts/badge";
import { get, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import type { ApiType, Step } from "../flows/model";

export type GroupPhase = "REQUEST" | "RESPONSE" | "SUBSCRIBE" | "PUBLISH";
export type GroupState = "UNDEPLOYED" | "DEPLOYED" | "PENDING";

/** A shared policy group, as the REST API has it. */
export interface Group {
  readonly id: string;
  /** The id by which steps refer to the group. */
  readonly crossId: string;
  readonly name: string;
  readonly description?: string;
  readonly prerequisiteMessage?: string;
  readonly apiType: ApiType;
  readonly phase: GroupPhase;
  readonly steps: readonly Step[];
  readonly version: number;
  readonly lifecycleState: GroupState;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deployedAt?: string;
}

export const TONES: Readonly<Record<GroupState, Tone>> = {
  UNDEPLOYED: "plain",
  DEPLOYED: "good",
  PENDING: "warn",
};

export const groupPath = (...parts: string[]): string =>
  environment("shared-policy-groups", ...parts);

export const readGroup = (id: string): Call => get(groupPath(id));

export const readHistory = (id: string, page: number): Call =>
  get(groupPath(id, "histories"), { page, perPage: 10, sortBy: "-version" });
