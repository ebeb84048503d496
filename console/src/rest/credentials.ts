/** What calls need of the session, which is made by calls itself. */
export const credentials = {
  /** Sent with each call that changes something. */
  csrfToken: "",
  /** Called when the server refuses a call because nobody is signed in. */
  refused: (): void => undefined,
};
