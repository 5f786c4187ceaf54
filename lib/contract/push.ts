// `--push`: what a stage needs in order to push the textfile that it wrote to the Pushgateway.
import type { FileSpec } from './file.ts';
import type { World } from './stage.ts';

export interface Push<Config> {
  /** Throws Usage where the configuration names no Pushgateway: better before a long run than after it. */
  check(world: World<Config>): void;
  /** Pushes the text of the textfile. Returns problems and throws nothing: a push that fails never fails the stage itself. */
  textfile(world: World<Config>, file: FileSpec<string>, text: string): Promise<readonly string[]>;
}
