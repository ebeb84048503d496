/** Paths of the REST API. A template tag would hide what is encoded: parts are encoded here. */

const MANAGEMENT = "/management/v2";

/** A path of the environment, such as `environment("apis", id, "plans")`. */
export const environment = (...parts: string[]): string =>
  join(`${MANAGEMENT}/environments/DEFAULT`, parts);

/** A path of the installation, such as `installation("users", "current")`. */
export const installation = (...parts: string[]): string => join(MANAGEMENT, parts);

/** A path of the technical API, such as `node("streams")`. */
export const node = (...parts: string[]): string => join("/_node", parts);

function join(base: string, parts: string[]): string {
  return [base, ...parts.map(encodeURIComponent)].join("/");
}
