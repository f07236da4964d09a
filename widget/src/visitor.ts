// Who the visitor is: somebody their website vouches for, or a guest with a random name that this browser keeps.

import type { Who } from "./api";

/** A signed token of the website's server, or a function that fetches one. */
export type IdentitySource = string | (() => string | Promise<string>);

/** What a browser keeps for a page; where it keeps nothing (private windows), it is kept until the page is left. */
export class Kept {
  private readonly memory = new Map<string, string>();

  constructor(private readonly prefix: string) {}

  get(name: string): string | null {
    try {
      return localStorage.getItem(this.prefix + name);
    } catch {
      return this.memory.get(name) ?? null;
    }
  }

  set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, value);
    } catch {
      if (value === null) this.memory.delete(name);
      else this.memory.set(name, value);
    }
  }
}

export class Visitor {
  private source: IdentitySource | null = null;
  private token: string | null = null;

  constructor(private readonly kept: Kept) {}

  /** From now on the visitor is whom the website says; null: a guest. */
  identify(source: IdentitySource | null): void {
    this.source = source;
    this.token = typeof source === "string" ? source : null;
  }

  readonly who: Who = async (fresh): Promise<Record<string, string>> => {
    if (typeof this.source === "function" && (fresh || this.token === null)) this.token = await this.source();
    return this.token === null ? { "x-pilares-guest": this.guest() } : { "x-pilares-identity": this.token };
  };

  private guest(): string {
    const known = this.kept.get("guest");
    if (known !== null && /^[\w-]{43}$/.test(known)) return known;
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const made = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    this.kept.set("guest", made);
    return made;
  }
}
