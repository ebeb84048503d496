/** The JSON of flows, as the REST API has it. */

export type ApiType = "PROXY" | "MESSAGE";
export type Phase = "request" | "response" | "subscribe" | "publish";

export interface Step {
  readonly name?: string;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly policy: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly condition?: string;
  readonly messageCondition?: string;
}

export interface HttpSelector {
  readonly type: "HTTP";
  readonly path?: string;
  readonly pathOperator?: Operator;
  readonly methods?: readonly string[];
}

export interface ChannelSelector {
  readonly type: "CHANNEL";
  readonly channel?: string;
  readonly channelOperator?: Operator;
  readonly operations?: readonly string[];
  readonly entrypoints?: readonly string[];
}

export interface ConditionSelector {
  readonly type: "CONDITION";
  readonly condition: string;
}

export type Operator = "EQUALS" | "STARTS_WITH";
export type Selector = HttpSelector | ChannelSelector | ConditionSelector;

export interface Flow {
  readonly id?: string;
  readonly name?: string;
  readonly enabled?: boolean;
  readonly selectors?: readonly Selector[];
  readonly request?: readonly Step[];
  readonly response?: readonly Step[];
  readonly subscribe?: readonly Step[];
  readonly publish?: readonly Step[];
}

export interface FlowExecution {
  readonly mode?: "DEFAULT" | "BEST_MATCH";
  readonly matchRequired?: boolean;
}

export const METHODS = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "OTHER",
] as const;
export const OPERATIONS = ["SUBSCRIBE", "PUBLISH"] as const;
export const OPERATORS: readonly Operator[] = ["STARTS_WITH", "EQUALS"];

/** The policy whose steps run a shared policy group. */
export const GROUP_POLICY = "shared-policy-group-policy";

/** The phases of flows of a type of API, in the order in which a call meets them. */
export function phasesOf(type: ApiType): readonly Phase[] {
  return type === "MESSAGE"
    ? ["request", "response", "subscribe", "publish"]
    : ["request", "response"];
}

/** Whether steps of a phase run for each event. */
export const isPerEvent = (phase: Phase): boolean => phase === "subscribe" || phase === "publish";

/** A flow for all calls, without steps. */
export function newFlow(type: ApiType, name: string): Flow {
  const selector: Selector =
    type === "MESSAGE"
      ? { type: "CHANNEL", channel: "/", channelOperator: "STARTS_WITH" }
      : { type: "HTTP", path: "/", pathOperator: "STARTS_WITH", methods: [] };
  return { name, enabled: true, selectors: [selector], request: [], response: [] };
}

/** The list with one item at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/** The list with another item in place of one. */
export const replaced = <T>(list: readonly T[], at: number, item: T): readonly T[] =>
  list.map((one, index) => (index === at ? item : one));

/** The list without one item. */
export const without = <T>(list: readonly T[], at: number): readonly T[] =>
  list.filter((_, index) => index !== at);

/** The list with a further item behind one. */
export const inserted = <T>(list: readonly T[], at: number, item: T): readonly T[] => [
  ...list.slice(0, at),
  item,
  ...list.slice(at),
];

/** An object without the members that are undefined. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as T;
}
