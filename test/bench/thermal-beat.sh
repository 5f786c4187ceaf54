#!/bin/bash
# The beat as somebody would write it by hand in bash and jq: the kernel's chips and zones, a textfile, and with a second
# argument a check-in. Nothing of what is odd about sensors is known to it. For comparison in the bench only.
set -u
textfile=$1 url=${2-}
now=$(date +%s)
{
  for chip in /sys/class/hwmon/hwmon*; do
    read -r name < "$chip/name" || continue
    device=$(readlink -f "$chip/device")
    for input in "$chip"/temp*_input; do
      [ -e "$input" ] || continue
      read -r value < "$input" || continue
      label=${input##*/}
      label=${label%_input}
      [ -e "$chip/${label}_label" ] && read -r label < "$chip/${label}_label"
      printf '%s\t%s\t%s\t%s\n' hwmon "${device#/sys/devices/}" "$label" "$value"
    done
  done
  for zone in /sys/class/thermal/thermal_zone*; do
    read -r type < "$zone/type" || continue
    read -r value < "$zone/temp" || continue
    printf '%s\t%s\t%s\t%s\n' thermal_zone "$type" temp "$value"
  done
} | jq -R -r -n --arg now "$now" '
  "# HELP node_thermal_celsius Temperature.", "# TYPE node_thermal_celsius gauge",
  (inputs | split("\t") | . as [$source, $chip, $sensor, $value]
    | ($value | tonumber / 1000) as $celsius
    | select($celsius > -40 and $celsius < 150)
    | "node_thermal_celsius{source=\($source | tojson),chip=\($chip | tojson),sensor=\($sensor | tojson)} \($celsius)"),
  "# HELP node_thermal_heartbeat_seconds Last beat.", "# TYPE node_thermal_heartbeat_seconds gauge",
  "node_thermal_heartbeat_seconds \($now)"' > "$textfile.tmp"
chmod 0644 "$textfile.tmp"
mv "$textfile.tmp" "$textfile"
[ -z "$url" ] || curl -fsS -m 4 -o /dev/null --cacert "$CACERT" -H 'content-type: application/json' -d '{"status":"ok"}' "$url"
