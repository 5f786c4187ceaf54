// A service is a command that runs until a signal: a web page, a live view. It shows the files of the stages and writes none.
import type { Option, World } from './stage.ts';

/** The part of World that a service may use: it can read, and writes nothing. */
export type ServiceWorld<Config> = Pick<
  World<Config>,
  'config' | 'options' | 'now' | 'read' | 'scan' | 'stageRecords' | 'places' | 'product'
>;

export interface Service<Config = never> {
  readonly name: string;
  readonly summary: string;
  readonly options?: Readonly<Record<string, Option>>;
  /** Resolves after `until` is aborted and everything is closed. Throws only where the service cannot start or continue. */
  run(world: ServiceWorld<Config>, until: AbortSignal): Promise<void>;
}

export const defineService = <Config>(service: Service<Config>): Service<Config> => service;

/** A request for a page. The path is decoded and contains neither `..` nor control characters. */
export interface PageRequest {
  /** The header `Host`: the name by which the browser knows the server. */
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The header `Accept`, or an empty text. */
  readonly accept: string;
}

export interface Page {
  readonly status: number;
  /** Content type, such as `text/html; charset=utf-8`. */
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `signal` is aborted at the request's timeout and when the service ends. */
export type PageHandler = (question: PageRequest, signal: AbortSignal) => Page | Promise<Page>;
