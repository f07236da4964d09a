// What the widget asks of Pilares.

import type { Language } from "./words";

export interface Citation {
  marker: number;
  title: string;
  quote: string;
  page: number | null;
}

export interface Answer {
  id: string;
  text: string;
  abstained: boolean;
  language: string;
  citations: Citation[];
}

export interface Turn {
  question: string;
  state: string;
  answer: Answer | null;
  verdict: Verdict | null;
  error: string;
}

export interface Handoff {
  state: "open" | "taken" | "closed";
  reply: string;
  at: string;
}

export interface About {
  longest: number;
  person: boolean;
  contact: string;
}

export type Verdict = "up" | "down";

export type Told =
  | { event: "reading"; line: number; lines: number }
  | { event: "wrote" | "revised"; text: string }
  | ({ event: "finished"; conversation: string; waits: boolean } & Answer)
  | { event: "failed"; conversation: string; message: string };

/** Says who the visitor is: the headers of a request. With `fresh`, what was said before is not good any more. */
export type Who = (fresh: boolean) => Promise<Record<string, string>>;

/** Pilares has refused a request. `wait` is the number of seconds after which it may come again. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly wait: number,
  ) {
    super(message);
  }
}

const LONGEST_EVENT = 2_000_000;

export class Api {
  constructor(
    private readonly server: string,
    private readonly key: string,
    private readonly who: Who,
  ) {}

  async about(language: Language): Promise<About> {
    return (await this.send(`about?language=${language}`, language)).json() as Promise<About>;
  }

  async conversation(id: string, language: Language): Promise<{ turns: Turn[]; handoff: Handoff | null }> {
    const path = `conversations/${encodeURIComponent(id)}`;
    return (await this.send(path, language)).json() as Promise<{ turns: Turn[]; handoff: Handoff | null }>;
  }

  async judge(answer: string, verdict: Verdict, language: Language): Promise<void> {
    await this.send("feedback", language, { answer, verdict });
  }

  /** Ask, and hear what is told as it comes. The caller sees to it that the last event is `finished` or `failed`. */
  async *ask(
    question: string,
    conversation: string | null,
    language: Language,
    signal: AbortSignal,
  ): AsyncGenerator<Told> {
    const response = await this.send("ask", language, { question, conversation, language }, signal);
    if (response.body === null) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let pending = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      pending += value;
      const parts = pending.split("\n\n");
      pending = parts.pop() ?? "";
      if (pending.length > LONGEST_EVENT) throw new TypeError("an event without an end");
      for (const part of parts) {
        const told = parsed(part);
        if (told !== null) yield told;
      }
    }
  }

  private async send(path: string, language: Language, body?: unknown, signal?: AbortSignal): Promise<Response> {
    let response = await this.once(path, language, body, signal, false);
    if (response.status === 401) response = await this.once(path, language, body, signal, true);
    if (response.ok) return response;
    throw new Refused(response.status, await reason(response), Number(response.headers.get("retry-after")) || 0);
  }

  private async once(
    path: string,
    language: Language,
    body: unknown,
    signal: AbortSignal | undefined,
    fresh: boolean,
  ): Promise<Response> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.key}`,
      "accept-language": language,
      ...(await this.who(fresh)),
    };
    const options: RequestInit = { headers, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };
    if (signal) options.signal = signal;
    if (body !== undefined) {
      options.method = "POST";
      options.body = JSON.stringify(body);
      headers["content-type"] = "application/json";
    }
    return fetch(`${this.server}api/v1/widget/${path}`, options);
  }
}

/** A server-sent event as an object; null for comments and for what cannot be read. */
function parsed(part: string): Told | null {
  let event = "";
  let data = "";
  for (const line of part.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (!event || !data) return null;
  return { event, ...(JSON.parse(data) as object) } as Told;
}

async function reason(response: Response): Promise<string> {
  try {
    const told = (await response.json()) as { error?: { message?: unknown } };
    return typeof told.error?.message === "string" ? told.error.message : "";
  } catch {
    return "";
  }
}
