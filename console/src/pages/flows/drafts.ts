import { FieldErrors } from "../../parts/field-errors";
import { answer, get, patch, send, type Answer, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { RestError } from "../../rest/rest-error";
import type { ApiType, Flow, FlowExecution } from "./model";

export interface ApiDocument {
  readonly id: string;
  readonly name: string;
  readonly type: ApiType;
  readonly flows?: readonly Flow[];
  readonly flowExecution?: FlowExecution;
  readonly listeners?: readonly { readonly entrypoints?: readonly { readonly type: string }[] }[];
}

export interface PlanDocument {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly flows?: readonly Flow[];
}

/** What is edited of an API or a plan. */
export interface Content {
  readonly flows: readonly Flow[];
  /** Of an API only. */
  readonly flowExecution?: FlowExecution;
}

/** An API or a plan that has flows. */
export interface Owner {
  /** Empty for the API. */
  readonly id: string;
  readonly name: string;
  /** Of a plan. */
  readonly status?: string;
  readonly path: string;
  readonly etag: string | undefined;
  readonly saved: Content;
  readonly draft: Content;
  readonly errors: FieldErrors;
}

export interface Drafts {
  readonly api: ApiDocument;
  /** In the order in which their flows run: the plans, then the API. */
  readonly owners: readonly Owner[];
}

const OPEN = ["STAGING", "PUBLISHED", "DEPRECATED"];

/** What the page reads. */
export const reads = (api: string): Call[] => [
  get(environment("apis", api)),
  get(environment("apis", api, "plans"), { statuses: OPEN, perPage: 100 }),
];

export async function loadDrafts(api: string, signal?: AbortSignal): Promise<Drafts> {
  const [readApi, readPlans] = reads(api);
  const [document, { data }] = await Promise.all([
    answer<ApiDocument>(readApi!, signal),
    send<{ data: PlanDocument[] }>(readPlans!, signal),
  ]);
  const plans = await Promise.all(
    data.map((one) => answer<PlanDocument>(get(planPath(api, one.id)), signal)),
  );
  return {
    api: document.value,
    owners: [...plans.map((plan) => planOwner(api, plan)), apiOwner(document)],
  };
}

const planPath = (api: string, plan: string): string => environment("apis", api, "plans", plan);

function planOwner(api: string, { value, etag }: Answer<PlanDocument>): Owner {
  const content = { flows: value.flows ?? [] };
  return {
    id: value.id,
    name: value.name,
    status: value.status,
    path: planPath(api, value.id),
    etag,
    saved: content,
    draft: content,
    errors: FieldErrors.none,
  };
}

function apiOwner({ value, etag }: Answer<ApiDocument>): Owner {
  const content = { flows: value.flows ?? [], flowExecution: value.flowExecution ?? {} };
  return {
    id: "",
    name: value.name,
    path: environment("apis", value.id),
    etag,
    saved: content,
    draft: content,
    errors: FieldErrors.none,
  };
}

export const isChanged = (owner: Owner): boolean =>
  JSON.stringify(owner.saved) !== JSON.stringify(owner.draft);

/** The call that saves an owner. */
export const saving = (owner: Owner): Call => ({
  ...patch(owner.path, owner.draft),
  ...(owner.etag === undefined ? {} : { ifMatch: owner.etag }),
});

export interface Saved {
  readonly owners: readonly Owner[];
  readonly outcome: "saved" | "refused" | "conflict";
}

/**
 * Saves the owners that have changed. All of them are checked before the first is saved, so
 * that a mistake of one leaves all unchanged.
 *
 * @throws RestError for another failure than a refusal.
 */
export async function save(owners: readonly Owner[]): Promise<Saved> {
  const checked = await Promise.all(owners.map((one) => attempt(one, true)));
  const outcome = outcomeOf(checked);
  if (outcome !== "saved") return { owners: checked.map((one) => one.owner), outcome };
  const stored = [];
  for (const one of owners) stored.push(await attempt(one, false));
  return { owners: stored.map((one) => one.owner), outcome: outcomeOf(stored) };
}

interface Attempt {
  readonly owner: Owner;
  readonly outcome: Saved["outcome"];
}

async function attempt(owner: Owner, dryRun: boolean): Promise<Attempt> {
  if (!isChanged(owner)) return { owner: { ...owner, errors: FieldErrors.none }, outcome: "saved" };
  const call = saving(owner);
  try {
    const { value, etag } = await answer<Content>(dryRun ? { ...call, query: { dryRun } } : call);
    const fresh = { ...owner, errors: FieldErrors.none };
    if (dryRun) return { owner: fresh, outcome: "saved" };
    const content = {
      flows: value.flows ?? [],
      ...(owner.draft.flowExecution ? { flowExecution: value.flowExecution ?? {} } : {}),
    };
    return { owner: { ...fresh, saved: content, draft: content, etag }, outcome: "saved" };
  } catch (error) {
    if (!(error instanceof RestError) || !(error.status in OUTCOMES)) throw error;
    const conflict = error.status === 412;
    return {
      owner: { ...owner, errors: conflict ? FieldErrors.none : FieldErrors.of(error) },
      outcome: OUTCOMES[error.status]!,
    };
  }
}

const OUTCOMES: Readonly<Record<number, Saved["outcome"]>> = {
  400: "refused",
  412: "conflict",
};

function outcomeOf(attempts: readonly Attempt[]): Saved["outcome"] {
  for (const outcome of ["conflict", "refused"] as const) {
    if (attempts.some((one) => one.outcome === outcome)) return outcome;
  }
  return "saved";
}

/** The owners with the versions that are stored now, which the drafts are to replace. */
export async function rebased(api: string, owners: readonly Owner[]): Promise<Drafts> {
  const fresh = await loadDrafts(api);
  return {
    ...fresh,
    owners: fresh.owners.map((one) => {
      const mine = owners.find((other) => other.id === one.id);
      return mine && isChanged(mine) ? { ...one, draft: mine.draft } : one;
    }),
  };
}
