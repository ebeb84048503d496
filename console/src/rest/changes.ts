/**
 * Dispatches `change` when a call that may change something has succeeded, with the call
 * as its detail, so that parts of the page that show the same object read it again.
 */
export const changes = new EventTarget();
