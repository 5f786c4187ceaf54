// The input and output of send-alerts: outbox, notes, transports and network.
import type { Post } from '../alerts/post.ts';
import { readNotes, removeNote } from '../io/notes.ts';
import { openSpool } from '../io/spool.ts';

export const post: Post = {
  spool: openSpool,
  outside: async () => (await import('../io/outside.ts')).makeOutside(),
  transports: async () => (await import('../alerts/transports/index.ts')).transports,
  renderPng: async () => (await import('../io/png.ts')).renderPng,
  notes: readNotes,
  removeNote,
};
