// A service is a command that stays up until a signal: a page, a live view. It shows what the stages left, and writes nothing.
import type { Option, World } from './stage.ts';

export interface Service<Config = never> {
  readonly name: string;
  readonly summary: string;
  readonly options?: Readonly<Record<string, Option>>;
  /** Comes back when `until` is aborted and everything is closed. Throws only where the service cannot begin or go on. */
  run(world: Pick<World<Config>, 'config' | 'options' | 'now' | 'read'>, until: AbortSignal): Promise<void>;
}

export const defineService = <Config>(service: Service<Config>): Service<Config> => service;

/** A request for a page. The path is decoded and has neither `..` nor control characters. */
export interface Question {
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  /** Such as `text/html; charset=utf-8`. */
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** Aborted at the end of the request's time, and when the service ends. */
export type AnswerQuestion = (question: Question, signal: AbortSignal) => Answer | Promise<Answer>;
