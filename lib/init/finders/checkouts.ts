// Git checkouts in the folders where people put programs. Only names are looked at; git itself is run by the trial.
import { counted } from '../../core/text.ts';
import { defineFinder, type Finding, namesOfPath } from '../finding.ts';
import { openWalk } from '../walk.ts';

/** Folder → how many folders below it are searched. */
const places: readonly (readonly [folder: string, depth: number])[] = [
  ['/opt', 3],
  ['/srv', 3],
  ['/root', 2],
  ['/home', 3],
];

const mostLooks = 20_000;
const most = 20;

/** Folders of package managers and builds, which hold no checkout that anybody watches. */
const skipped = /^(node_modules|site-packages|venv|__pycache__|miniconda3?|anaconda3?|go|snap|lost\+found)$/;

export const checkouts = defineFinder({
  name: 'checkouts',
  summary: 'git checkouts in /opt, /srv, /root and /home',

  async look({ host }) {
    const walk = await openWalk(host, { looks: mostLooks });
    const found: string[] = [];
    const search = async (folder: string, depth: number): Promise<void> => {
      const names = await walk.names(folder);
      if (names.includes('.git')) {
        found.push(folder);
        return;
      }
      if (depth === 0) return;
      for (const below of await walk.folders(
        folder,
        names.filter((name) => !skipped.test(name)),
      ))
        await search(below, depth - 1);
    };
    for (const [folder, depth] of places) await search(folder, depth);
    const findings = found
      .slice(0, most)
      .map((path): Finding => ({ key: 'git', ...namesOfPath(path), value: path, where: '' }));
    return {
      findings,
      left: [
        ...(found.length > most ? [{ what: counted(found.length - most, 'checkout'), why: `more than ${most}` }] : []),
        ...(walk.isCut()
          ? [{ what: 'further checkouts', why: `the search ended after ${mostLooks} paths or its time` }]
          : []),
      ],
    };
  },
});
