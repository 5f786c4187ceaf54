#!/bin/sh
# ops-monitor COMMAND …: runs the bundles of an installation, or the sources of a checkout, with the Node that was tested.
set -eu
# Through the symlink that npx or a package puts on the PATH, to where this file really lies.
here=$(dirname -- "$(readlink -f -- "$0")")
root=$(dirname -- "$here")
# A package brings its Node in bin/, npm puts it into node_modules.
node=$root/bin/node
[ -x "$node" ] || node=$root/node_modules/.bin/node
[ -x "$node" ] || node=node
if [ -d "$root/lib" ]; then
  exec "$node" --import "file://$root/node_modules/tsx/dist/loader.mjs" "$here/ops-monitor.ts" "$@"
fi
exec "$node" "$root/dist/ops-monitor.cjs" "$@"
