import { words } from "../words/en";

/** A mistake at one place of a request body. */
export interface Detail {
  readonly message: string;
  /** Such as `endpointGroups[0].name`; empty for the body as a whole. */
  readonly location: string;
  readonly invalidValue?: unknown;
}

/** A refusal of the REST API. */
export class RestError extends Error {
  constructor(
    /** The HTTP status; 0 if the server did not answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly Detail[] = [],
    readonly parameters: Readonly<Record<string, string>> = {},
    /** The body of the response; undefined if it is not JSON. */
    readonly document?: unknown,
  ) {
    super(message);
  }

  static unreachable(): RestError {
    return new RestError(0, "unreachable", words.errors.unreachable);
  }

  static async of(response: Response): Promise<RestError> {
    try {
      const body = await response.json();
      return new RestError(
        response.status,
        body.technicalCode ?? "",
        body.message ?? words.errors.status(response.status),
        body.details ?? [],
        body.parameters ?? {},
        body,
      );
    } catch {
      return new RestError(response.status, "", words.errors.status(response.status));
    }
  }
}

/** What is to be shown of a failure: of a refused body, what is wrong with each part. */
export function messageOf(error: unknown): string {
  if (error instanceof RestError && error.details.length) {
    return error.details
      .map((one) => (one.location ? `${one.location}: ${one.message}` : one.message))
      .join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
