// A view of a fleet: the same facts as lines for a person and as JSON for programs. Pure.
import type { Option } from '../contract/stage.ts';
import type { Level } from '../core/level.ts';
import type { Fleet } from './assess.ts';

export type Paint = (style: Level | 'bold' | 'dim', text: string) => string;

export interface Screen {
  readonly paint: Paint;
  /** Columns; Infinity where the text goes into a file or pipe. */
  readonly width: number;
}

export interface View {
  readonly name: string;
  readonly summary: string;
  /** Beside those of every view. */
  readonly options?: Readonly<Record<string, Option>>;
  /** Throws Usage for an option that it cannot use; called before any node is asked. */
  readonly refuse?: (options: Given) => void;
  /** Its lines are JSON for programs already, with and without --json. */
  readonly printsJson?: true;
  /** Without the heading that all views have. */
  readonly render: (fleet: Fleet, screen: Screen, options: Given) => readonly string[];
  /** Printed with --json. */
  readonly json: (fleet: Fleet, options: Given) => unknown;
}

export type Given = Readonly<Record<string, string | boolean | undefined>>;

export const defineView = (view: View): View => view;
