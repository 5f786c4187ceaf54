export const isAbsolute = (path: string): boolean => path.startsWith('/');

/** Joins trusted path parts by slashes and resolves nothing, not even `..`. Node's path.join inspects every character:
 * for twenty paths V8 compiles it, which costs a twenty-fifth of a process start. */
export function join(folder: string, ...names: readonly string[]): string {
  let path = folder;
  for (const name of names)
    if (name !== '') path += path === '' || path.endsWith('/') || name.startsWith('/') ? name : `/${name}`;
  return path;
}
