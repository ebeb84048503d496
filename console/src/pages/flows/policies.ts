import { get, send } from "../../rest/call";
import { environment, installation } from "../../rest/paths";
import { GROUP_POLICY, type ApiType, type Phase, type Step } from "./model";

export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
  readonly flowPhaseCompatibility: Readonly<Record<string, readonly string[]>>;
}

/** A deployed shared policy group. */
export interface PolicyGroup {
  /** The `crossId`. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly prerequisiteMessage?: string;
  readonly apiType: ApiType;
  readonly phase: string;
}

/** What a step can be made of. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isGroup: boolean;
  readonly step: Step;
}

/** The policies and the deployed shared policy groups. */
export class Policies {
  private constructor(
    readonly all: readonly Policy[],
    readonly groups: readonly PolicyGroup[],
  ) {}

  static async load(signal: AbortSignal): Promise<Policies> {
    const [all, groups] = await Promise.all([
      send<Policy[]>(get(installation("plugins", "policies")), signal),
      send<PolicyGroup[]>(get(environment("shared-policy-groups", "policy-plugins")), signal),
    ]);
    return new Policies(all, groups);
  }

  /** The name of what a step runs. */
  nameOf(step: Step): string {
    if (step.policy === GROUP_POLICY) {
      const group = this.groups.find((one) => one.id === step.configuration?.sharedPolicyGroupId);
      if (group) return group.name;
    }
    return this.all.find((one) => one.id === step.policy)?.name ?? step.policy;
  }

  /**
   * What can be a step of a phase.
   *
   * @param withGroups false within a shared policy group.
   */
  fitting(type: ApiType, phase: Phase, withGroups: boolean): Choice[] {
    const wanted = phase.toUpperCase();
    const policies = this.all
      .filter((one) => one.id !== GROUP_POLICY)
      .filter((one) => one.flowPhaseCompatibility[`HTTP_${type}`]?.includes(wanted))
      .map((one) => ({
        id: one.id,
        name: one.name,
        description: one.description,
        isGroup: false,
        step: { name: one.name, enabled: true, policy: one.id, configuration: {} },
      }));
    const groups = this.groups
      .filter((one) => withGroups && one.apiType === type && one.phase === wanted)
      .map((one) => ({
        id: one.id,
        name: one.name,
        description: one.description ?? "",
        isGroup: true,
        step: {
          name: one.name,
          enabled: true,
          policy: GROUP_POLICY,
          configuration: { sharedPolicyGroupId: one.id },
        },
      }));
    return [...groups, ...policies];
  }
}
