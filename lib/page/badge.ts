// The level as an SVG badge, with the time of the snapshot: a picture in a wiki does not age by itself.
import { escapeHtml } from '../core/harmless.ts';
import { clockMinute } from '../core/time.ts';
import { light } from '../draw/colours.ts';
import type { CurrentHealth } from '../health/files.ts';

/** Generous: a viewer's own font may be wider. */
const characterWidth = 7.2;

export function renderBadge(site: string, health: CurrentHealth | undefined): string {
  const level = health?.overall_level ?? 'unknown';
  const time = health?.snapshot_time_utc;
  const words = time === undefined ? 'unknown · no snapshot' : `${level} · ${clockMinute(new Date(time))}`;
  const [left, right] = [widthOf(site), widthOf(words)];
  const label = escapeHtml(`${site}: ${words}`);
  const text = (x: number, content: string): string =>
    `<text x="${x}" y="14" fill="#fff" text-anchor="middle" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11">${escapeHtml(content)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}">
<title>${label}</title>
<rect width="${left}" height="20" fill="${light.muted}"/><rect x="${left}" width="${right}" height="20" fill="${light.words[level]}"/>
${text(left / 2, site)}
${text(left + right / 2, words)}
</svg>
`;
}

const widthOf = (text: string): number => Math.round(text.length * characterWidth + 14);
