// The mesh of WireGuard: how long ago each node shook hands with each other node.
import { fold } from '../../core/columns.ts';
import { counted, listed } from '../../core/text.ts';
import type { Fleet } from '../assess.ts';
import {
  absentCell,
  alertLines,
  badCell,
  goodCell,
  type Judged,
  judgedIn,
  levelOfNode,
  markCell,
  matrixNodes,
  readCell,
  shortAge,
  unknownCell,
} from '../cells.ts';
import { documentOf } from '../documents.ts';
import { type Link, meshLinks } from '../peers.ts';
import { readingOf } from '../reading.ts';
import { nodesInOrder, shownNodes } from '../summary.ts';
import { type Cell, type Column, table, tableFits } from '../table.ts';
import { defineView, type Screen } from '../view.ts';

export const mesh = defineView({
  name: 'mesh',
  summary: 'WireGuard, peer by peer: how long ago each node shook hands with each other',

  render: (fleet, screen) => {
    const names = nodesInOrder(fleet).filter((name) => fleet.mesh.includes(name));
    if (names.length === 0) return ['No node says anything about WireGuard.', ...alertLines(fleet, screen, ['ssh'])];
    const links = Map.groupBy(meshLinks(fleet), ({ from }) => from);
    const judged = judgedIn(fleet);
    const whole = peerByPeer(fleet, names, links, judged);
    const lines = tableFits(...whole, screen)
      ? [...fold('Time since the last handshake, as each node says it', screen.width), ...table(...whole, screen)]
      : [...table(...nodeByNode(fleet, names, links, judged), screen), ...badLines(names, links, screen)];
    return [...lines, ...alertLines(fleet, screen, ['ssh', 'wireguard'])];
  },

  json: (fleet) =>
    documentOf(fleet, {
      nodes: shownNodes(fleet).map((name) => {
        const { status, data } = readingOf(fleet, 'wireguard', name);
        return {
          host: name,
          status,
          interface: data?.interface ?? null,
          interface_up: data?.interface_up ?? null,
          wg_ip: data?.wg_ip ?? null,
        };
      }),
      links: meshLinks(fleet).filter(({ from }) => shownNodes(fleet).includes(from)),
    }),
});

type Links = ReadonlyMap<string, readonly Link[]>;
type Table = [readonly Column[], readonly (readonly Cell[])[]];

function peerByPeer(fleet: Fleet, names: readonly string[], links: Links, judged: Judged): Table {
  const seen = new Set([...links.values()].flat().map(({ to }) => to));
  const peers = [...new Set([...fleet.mesh.filter((name) => seen.has(name)), ...seen])];
  const nodes = new Map(matrixNodes(fleet).map((one) => [one.name, one]));
  const linkOf = new Map([...links.values()].flat().map((link) => [`${link.from}\n${link.to}`, link]));
  const rows = names.map((from) => [
    markCell(levelOfNode(fleet, from)),
    { text: from },
    ...peers.map((to) => {
      const link = linkOf.get(`${from}\n${to}`);
      if (from === to) return { text: '·', style: 'dim' } as const;
      // A node whose peers could not be read may have this peer, too.
      return link ? linkCell(link, judged) : isUnread(fleet, from) ? unknownCell : absentCell;
    }),
  ]);
  const titles = peers.map((to) => {
    const { level = 'green' } = nodes.get(to) ?? {};
    return { title: to, rank: 0, ...(level === 'green' ? {} : { style: level }) };
  });
  return [[{ title: '', rank: 0 }, { title: 'from \\ to', rank: 0 }, ...titles], rows];
}

const isUnread = (fleet: Fleet, name: string): boolean => readingOf(fleet, 'wireguard', name).data?.peers === undefined;

function linkCell(link: Link, judged: Judged): Cell {
  const { from, state } = link;
  if (state === 'unknown') return unknownCell;
  if (state === 'connected') return goodCell(wordsOf(link));
  return badCell(wordsOf(link), judged(from, 'wireguard'));
}

const wordsOf = ({ state, handshake_age_seconds: age }: Link): string =>
  age === null ? (state === 'missing' ? 'no peer' : state) : shortAge(age);

/** A row for each node with the number of its peers, for fleets whose nodes do not fit side by side as columns. */
function nodeByNode(fleet: Fleet, names: readonly string[], links: Links, judged: Judged): Table {
  const rows = names.map((from) => {
    const all = links.get(from) ?? [];
    const [bad, unknown] = [all.filter(isBad).length, all.filter(({ state }) => state === 'unknown').length];
    const ages = all.flatMap(({ handshake_age_seconds: age }) => age ?? []);
    return [
      markCell(levelOfNode(fleet, from)),
      { text: from },
      unknown > 0 ? unknownCell : { text: `${all.length - bad}/${all.length}` },
      bad === 0 ? (unknown > 0 ? unknownCell : { text: '0' }) : badCell(`${bad}`, judged(from, 'wireguard')),
      ages.length > 0 ? { text: shortAge(Math.max(...ages)) } : unknown > 0 ? unknownCell : absentCell,
      readCell(fleet, 'wireguard', from, ({ interface: name, interface_up: isUp }) =>
        isUp === false ? badCell(`${name ?? ''} down`.trim(), judged(from, 'wireguard')) : name,
      ),
    ];
  });
  const titles = ['', 'node', 'connected', 'not', 'oldest', 'interface'];
  return [titles.map((title, index) => ({ title, rank: Math.max(0, index - 2) })), rows];
}

const isBad = ({ state }: Link): boolean => state !== 'connected' && state !== 'unknown';

const mostNodes = 10;

/** Lines that name, for each node, the peers to which it is not connected. */
function badLines(names: readonly string[], links: Links, { paint, width }: Screen): string[] {
  const bad = names.flatMap((from) => {
    const words = (links.get(from) ?? []).filter(isBad).map((link) => `${link.to} ${wordsOf(link)}`);
    return words.length === 0 ? [] : [`${from} to ${listed(words)}`];
  });
  if (bad.length === 0) return [];
  return [
    '',
    paint('bold', 'Not connected'),
    ...bad.slice(0, mostNodes).flatMap((line) => fold(line, width, '  ')),
    ...(bad.length > mostNodes ? [paint('dim', `… and from ${counted(bad.length - mostNodes, 'more node')}`)] : []),
  ];
}
