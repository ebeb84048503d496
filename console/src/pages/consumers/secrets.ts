import { showOnce } from "../../parts/secret-dialog";
import { words } from "../../words/en";
import type { Secret, Subscription } from "./documents";

const text = words.subscriptions;

/** Shows a key, or a user name with its password, that was just created. */
export async function showSecret(secret: Secret): Promise<void> {
  if (secret.password !== undefined) {
    await showOnce(text.passwordTitle, [
      [text.username, secret.username ?? ""],
      [text.password, secret.password],
    ]);
  } else if (secret.key !== undefined) await showOnce(text.keyTitle, [[text.key, secret.key]]);
}

/** Shows the secrets that an answer has of a subscription, if there are any. */
export async function showSecretsOf(subscription: Subscription): Promise<void> {
  const secret = subscription.apiKey ?? subscription.credentials;
  if (secret) await showSecret(secret);
  const signing = signingSecretOf(subscription.consumerConfiguration);
  if (signing) await showOnce(text.signingTitle, [[text.signing, signing]]);
}

const HIDDEN = "********";

/** The generated signing secret of a webhook; undefined where it is hidden. */
function signingSecretOf(configuration: unknown): string | undefined {
  const shape = configuration as
    | { entrypointConfiguration?: { signature?: { secret?: string } } }
    | undefined;
  const secret = shape?.entrypointConfiguration?.signature?.secret;
  return secret === HIDDEN ? undefined : secret;
}
