#!/bin/sh
# Draws the pictures of README.md again, from the month of the demo: half the width, in 128 colours. Takes some three minutes
# and needs ImageMagick.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
demo=$(mktemp -d)
trap 'rm -rf "$demo"' EXIT

cd "$root"
npm run demo -- --real 0 --folder "$demo"
scripts/ops-monitor.sh draw-quicklooks --config "$demo/days/config.yaml" --from 2026-10-02
while read -r name picture; do
  convert "$demo/days/state/quicklooks/ops_monitor/$picture.png" -resize 50% -strip +dither -colors 128 "PNG8:$here/$name.png"
done <<LIST
day ops_summary_20261002
week ops_summary_7d
month ops_summary_30d
housekeeping HK_Operations_20261002
LIST
