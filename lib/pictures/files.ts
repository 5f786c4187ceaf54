// The pictures that draw-quicklooks writes.
import { defineFile, type FileSpec, type Places } from '../contract/file.ts';
import { join } from '../core/path.ts';
import { dayStamp } from '../core/time.ts';

const pictureNames = ['ops_summary', 'HK_Operations'] as const;
type PictureName = (typeof pictureNames)[number];

/** In days. `day`: one UTC day, kept; the others roll and are replaced. */
export const spans = { day: 1, '7d': 7, '30d': 30 } as const;
export type Span = keyof typeof spans;

export interface PictureFiles {
  readonly name: PictureName;
  readonly span: Span;
  readonly svg: FileSpec<string>;
  readonly png: FileSpec<Uint8Array>;
}

const about: Readonly<Record<PictureName, string>> = {
  ops_summary: 'the summary picture',
  HK_Operations: 'the picture of housekeeping data',
};

export const pictureFolder = ({ quicklooks }: Places): string => join(quicklooks, 'ops_monitor');

const filesOf = (name: PictureName, span: Span): PictureFiles => {
  const fileOf = <Content>(format: 'svg' | 'png') =>
    defineFile<Content>({
      summary: `${about[name]} of ${span === 'day' ? 'a UTC day' : `the last ${spans[span]} days`}`,
      format,
      path: (places, at) => join(pictureFolder(places), `${name}_${span === 'day' ? dayStamp(at) : span}.${format}`),
      mode: 0o644,
      // Just after midnight there is none of the day yet, one of a day that is over is not drawn again, and the month
      // is drawn every few hours.
      ...(span === '7d' ? {} : { onlyOnChange: true }),
      ...(span === 'day' ? { kept: 'pictures' } : {}),
    });
  return { name, span, svg: fileOf<string>('svg'), png: fileOf<Uint8Array>('png') };
};

export const pictures: readonly PictureFiles[] = pictureNames.flatMap((name) => [
  filesOf(name, 'day'),
  filesOf(name, '7d'),
  filesOf(name, '30d'),
]);
