#!/bin/sh
# record-failed-unit.sh STAGE: started by systemd (OnFailure=) when the unit of a stage failed. If the run left no record, because
# it could not start or was killed, this leaves one, so that the next stages tell and mail it. It needs no Node: Node may be
# what is missing.
set -eu
stage=$1
case $stage in
  '' | *[!a-z-]*) echo "record-failed-unit.sh: $stage is no name of a stage" >&2; exit 2 ;;
  thermal-heartbeat) unit=$stage.service ;;
  watch-services) unit=ops-monitor-watchdog.service ;;
  push-metrics) unit=ops-monitor-push.service ;;
  run-rehearsal) unit=ops-monitor-rehearsal.service ;;
  *) unit=ops-monitor@$stage.service ;;
esac
folder=${STATE_DIRECTORY:?is set by systemd: start ops-monitor-failed@$stage.service}/stages
record=$folder/$stage.json

status=$(systemctl show --timestamp=us+utc -p Result -p ExecMainStatus -p InactiveExitTimestamp -- "$unit")
valueOf() { printf '%s\n' "$status" | sed -n "s/^$1=//p"; }
result=$(valueOf Result)
code=$(valueOf ExecMainStatus)
started=$(date -u -d "$(valueOf InactiveExitTimestamp)" +%Y-%m-%dT%H:%M:%S.%3NZ)
# A run that found the stage locked by another run did not fail.
[ "$result $code" != 'exit-code 75' ] || exit 0
# The record of this run, in the state or, where that disk is full, in the runtime folder. By milliseconds: the run before may
# have begun in the same second.
for own in "$record" "$RUNTIME_DIRECTORY/spare$record"; do
  recorded=$(sed -n -E 's/^.*"started_at": *"([^"]*)".*$/\1/p' "$own" 2> /dev/null || :)
  [ -z "$recorded" ] || [ "$recorded" \< "$started" ] || exit 0
done

words="could not start, or ended before it left a record: systemd says $result $code"
echo "<3>$unit $words" >&2
# How often the stage runs and when it last succeeded stand in the record before.
kept=$(sed -n -E 's/^ *("(every_seconds|last_success_at)": *("[0-9TZ:.-]+"|[0-9.]+)),?$/  \1,/p' "$record" 2> /dev/null || :)
mkdir -p "$folder"
# The stage itself removes a temporary file of this name that was left.
new=$record.tmp-$$-0
trap 'rm -f "$new"' EXIT
cat > "$new" << END_OF_RECORD
{
  "schema_version": 1,
  "stage": "$stage",
  "run_id": "",
  "started_at": "$started",
  "ms": 0,
  "outcome": "failed",
  "exit_code": 1,
  "counts": {},
${kept:+$kept
}  "problems": ["its unit $words (journalctl -u $unit)"]
}
END_OF_RECORD
chmod 0644 "$new"
mv "$new" "$record"
