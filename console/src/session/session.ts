import { del, get, post, send } from "../rest/call";
import { RestError } from "../rest/rest-error";
import { credentials } from "../rest/credentials";
import { installation } from "../rest/paths";

export type Role = "VIEWER" | "PUBLISHER" | "ADMIN";

export interface User {
  readonly name: string;
  readonly role: Role;
}

interface SessionDocument {
  readonly user: User;
  readonly csrfToken: string;
  readonly idleExpiresAt: string;
  readonly expiresAt: string;
}

const ORDER: readonly Role[] = ["VIEWER", "PUBLISHER", "ADMIN"];
const PATH = installation("session");

/** The session of the user of this page. Its cookie is not readable by scripts. */
class Session extends EventTarget {
  user: User | undefined;
  /** Whether the session has ended while its user was at a page, which stays as it is. */
  interrupted = false;

  constructor() {
    super();
    credentials.refused = () => {
      if (!this.user || this.interrupted) return;
      this.interrupted = true;
      this.dispatchEvent(new Event("change"));
    };
  }

  /** Asks the server who is signed in. */
  async load(): Promise<void> {
    try {
      this.take(await send<SessionDocument>(get(PATH)));
    } catch (error) {
      if (!(error instanceof RestError) || error.status !== 401) throw error;
    }
  }

  /** @throws RestError when the name or the password is wrong. */
  async signIn(name: string, password: string): Promise<void> {
    this.take(await send<SessionDocument>(post(PATH, { name, password })));
  }

  async signOut(): Promise<void> {
    await send(del(PATH));
    this.leave();
  }

  /** Ends all sessions of the user. */
  async signOutEverywhere(): Promise<void> {
    await send(del(installation("sessions")));
    this.leave();
  }

  /** Whether the role of the user includes another. The server decides all the same. */
  may(role: Role): boolean {
    return this.user !== undefined && ORDER.indexOf(this.user.role) >= ORDER.indexOf(role);
  }

  private take(document: SessionDocument): void {
    const before = this.user;
    const { name, role } = document.user;
    // What is on the page is another user's.
    if (before && (before.name !== name || before.role !== role)) location.reload();
    this.user = document.user;
    this.interrupted = false;
    credentials.csrfToken = document.csrfToken;
    this.dispatchEvent(new Event("change"));
  }

  private leave(): void {
    this.user = undefined;
    this.interrupted = false;
    credentials.csrfToken = "";
    this.dispatchEvent(new Event("change"));
  }
}

export const session = new Session();

export const may = (role: Role): boolean => session.may(role);
