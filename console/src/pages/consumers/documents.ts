/** The documents of the REST API that the pages of consumers show. */

export type ApiKeyMode = "UNSPECIFIED" | "EXCLUSIVE" | "SHARED";

export interface ApplicationSettings {
  readonly app?: { readonly type?: string; readonly clientId?: string };
  readonly tls?: { readonly clientCertificate?: string };
}

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly type?: string;
  readonly status: "ACTIVE" | "ARCHIVED";
  readonly apiKeyMode: ApiKeyMode;
  readonly settings?: ApplicationSettings;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export type SubscriptionStatus =
  | "PENDING"
  | "ACCEPTED"
  | "PAUSED"
  | "RESUMED"
  | "REJECTED"
  | "CLOSED";

export interface Plan extends Named {
  readonly status?: string;
  readonly mode?: "STANDARD" | "PUSH";
  readonly security?: { readonly type?: string };
}

export interface Subscription {
  readonly id: string;
  readonly api: Named;
  readonly plan: Plan;
  readonly application: Named & { readonly apiKeyMode: ApiKeyMode };
  readonly status: SubscriptionStatus;
  readonly consumerStatus: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly consumerMessage?: string;
  readonly publisherMessage?: string;
  readonly failureCause?: string;
  readonly consumerConfiguration?: unknown;
  readonly createdAt: string;
  readonly processedAt?: string;
  readonly startingAt?: string;
  readonly endingAt?: string;
  readonly pausedAt?: string;
  readonly closedAt?: string;
  /** Only in the answer that creates it. */
  readonly apiKey?: Secret;
  /** Only in the answer that creates it. */
  readonly credentials?: Secret;
}

/** A key, or a user name with a password. */
export interface Secret {
  readonly key?: string;
  readonly username?: string;
  readonly password?: string;
}

export interface ApiKey extends Secret {
  readonly id: string;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly paused: boolean;
  readonly createdAt: string;
  readonly expireAt?: string;
  readonly revokedAt?: string;
}

/** How callers of a plan identify themselves. */
export const securityOf = (plan: Plan): string =>
  plan.mode === "PUSH" ? "PUSH" : (plan.security?.type ?? "");
