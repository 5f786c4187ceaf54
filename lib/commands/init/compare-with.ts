// init --diff: what the configuration does not watch, and what it names that is not on the machine. Nothing is written.
import type { Configuration } from '../../config/schema.ts';
import { alignColumns } from '../../core/columns.ts';
import { counted, firstLine } from '../../core/text.ts';
import { unwatched } from '../../init/compare.ts';
import { renderEntries } from '../../init/write.ts';
import { lookAround } from '../../init/look.ts';
import type { Asked } from './survey.ts';
import { tryOut, type TriedOut } from './try-out.ts';

export async function compareWith(
  config: Configuration,
  { at, open, streamsIn, sshConfig }: Omit<Asked, 'site' | 'files'>,
): Promise<string> {
  const here = onThisMachine(config);
  const openHost = await open(here);
  const [{ findings, left }, { tried, sections }] = await Promise.all([
    lookAround({ openHost, at, streamsIn, sshConfig }),
    tryOut(here, openHost, at),
  ]);
  const missing = unwatched(findings, {
    mountPoints: mountPointsOf(here, sections),
    units: [...config.services, ...Object.values(config.streams).flatMap(({ units }) => Object.values(units))],
    urls: [config.dashboard, ...Object.values(config.endpoints)].flatMap((one) => one?.url ?? []),
    checkouts: Object.values(config.git),
    streams: Object.values(config.streams).flatMap(({ source }) => source ?? []),
  });
  const unread = tried.filter(({ isUnread, check, message }) => isUnread || isGone(check, message));
  const gone = new Map(unread.map(({ section, subject, message }) => [`${section}: ${subject}`, message]));
  const rows = [
    ...missing.map(({ key, name, where, off }) => ['not watched', `${key}: ${name}`, off ?? where]),
    ...[...gone].map(([what, why]) => ['not there', what, why]),
    ...left.map(({ what, why }) => ['left out', what, why]),
  ];
  const shown = rows.map((row) => row.map((cell, index) => firstLine(cell, index === 2 ? 160 : 50)));
  const counts = `${counted(missing.length, 'thing')} not watched, ${counted(gone.size, 'name')} not there; nothing was changed`;
  const entries =
    missing.length === 0
      ? []
      : ['', 'To watch these, add below the keys of the configuration:', ...renderEntries(missing), ''];
  return [...alignColumns(shown), ...entries, counts].join('\n');
}

/** A unit that systemd does not know, and a stream without any file. */
const isGone = (check: string, message: string): boolean =>
  (check === 'service-state' && message.includes(' is watched, but systemd says: ')) ||
  (check === 'stream-age' && message.includes(' has no data at all in '));

/** Machines and URLs that the configuration watches are not asked. */
function onThisMachine(config: Configuration): Configuration {
  const isHere = ({ host }: { readonly host?: string | undefined }): boolean => host === undefined || host === 'local';
  const { dashboard: _dashboard, filesystems, streams, ...rest } = config;
  return {
    ...rest,
    endpoints: {},
    streams: Object.fromEntries(
      Object.entries(streams).map(([name, { source, ...stream }]) => [
        name,
        source && isHere(source) ? { ...stream, source } : stream,
      ]),
    ),
    ...(filesystems
      ? { filesystems: Object.fromEntries(Object.entries(filesystems).filter(([, one]) => isHere(one))) }
      : {}),
  };
}

function mountPointsOf({ workspace }: Configuration, sections: TriedOut['sections']): string[] {
  const section = sections['filesystems'];
  const items = section?.status === 'ok' ? Object.values(section.data as Record<string, unknown>) : [];
  const read = items.flatMap((item) => {
    const { data } = item as { data?: { mount_point?: unknown } };
    return typeof data?.mount_point === 'string' ? [data.mount_point] : [];
  });
  return workspace ? [...read, workspace.path] : read;
}
