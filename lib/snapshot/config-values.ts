// Kinds of values in the keys that say what to watch.
import * as z from 'zod';
import { hasLogin } from '../contract/quantities.ts';

/** `/data//x/.` and `/data/x/` are `/data/x`: paths are compared as text. */
export const path = z
  .string()
  .max(4000)
  .regex(/^\//, { error: (issue) => `expected an absolute path, such as "/data"; got ${JSON.stringify(issue.input)}` })
  .transform((text) => text.replaceAll(/\/(?:\.?(?:\/|$))+/g, '/').replace(/(?<=.)\/$/, ''));

export const host = z
  .string()
  .optional()
  .describe('machine to read it on: a name under `hosts`; default: this machine');

export const unit = z
  .string()
  .regex(/^[^\s/]+\.[a-z]+$/, {
    error: (issue) => `expected a unit with its type, such as "sync.timer"; got ${JSON.stringify(issue.input)}`,
  });

export const url = z
  .url({
    protocol: /^https?$/,
    error: (issue) => `expected an http(s) URL, such as "https://www.example.org/"; got ${JSON.stringify(issue.input)}`,
  })
  .refine((text) => !hasLogin(text), 'a password in a URL would end up in files and mails: leave it out')
  .meta({ secret: true });
