// Textfiles that other programs write for Prometheus: suggestions only, because the limits are for a person to choose.
import { counted } from '../../core/text.ts';
import { defineFinder, type Finding } from '../finding.ts';

const folders = ['/var/lib/prometheus/node-exporter', '/var/lib/node-exporter/textfile'];
const most = 10;
/** A family is found at the beginning of a file, or not at all. */
const headBytes = 16 * 1024;

const isOwn = (name: string): boolean => /^(ops_monitor_.*|thermal)\.prom$/.test(name);

export const metrics = defineFinder({
  name: 'metrics',
  summary: 'textfiles for Prometheus',
  look: async ({ host }) => {
    const findings: Finding[] = [];
    let others = 0;
    for (const folder of folders) {
      const names = await host.list(folder).catch(() => []);
      for (const name of names.filter((one) => one.endsWith('.prom') && !isOwn(one)).toSorted()) {
        if (findings.length >= most) {
          others += 1;
          continue;
        }
        const file = `${folder}/${name}`;
        const head = await host.readBytes(file, { start: 0, length: headBytes }).catch(() => new Uint8Array());
        const family = /^([A-Za-z_:][\w:]{0,199})(?:\{| )/m.exec(Buffer.from(head).toString('utf8'))?.[1];
        if (family === undefined) continue;
        findings.push({
          key: 'metrics',
          name: name.slice(0, -'.prom'.length),
          value: { file, family },
          where: '',
          off: 'values to choose from; add limits: metrics.md',
        });
      }
    }
    return { findings, left: others > 0 ? [{ what: counted(others, 'textfile'), why: `more than ${most}` }] : [] };
  },
});
