#!/bin/sh
# set-up.sh first|upgrade: the end of every installation, run as root once the files, the user and the folders are there.
# Checks the configuration and starts the timers; the first time it also looks for sensors, waits for a cycle and shows it.
set -eu
when=$1
here=$(dirname -- "$(readlink -f -- "$0")")
ops_monitor=$here/ops-monitor.sh
timers='ops-monitor-cycle.timer ops-monitor-hourly.timer ops-monitor-daily.timer'
runs=
[ ! -d /run/systemd/system ] || runs=yes
# As in the units, no folder of a user's is the current one.
cd /

if [ -n "$runs" ]; then systemctl daemon-reload; fi
if [ "$when" = upgrade ] && [ -n "$runs" ]; then
  # Before the check: with a broken configuration the stages mail just that. What was switched off stays off.
  for timer in $timers thermal-heartbeat.timer ops-monitor-watchdog.timer ops-monitor-push.timer ops-monitor-rehearsal.timer ops-monitor-fleet.timer; do
    if systemctl --quiet is-enabled "$timer" 2> /dev/null; then systemctl start "$timer"; fi
  done
  systemctl try-restart ops-monitor-dashboard.service
fi
if ! said=$("$ops_monitor" check-config 2>&1); then
  echo "$said" >&2
  echo "ops-monitor: the configuration is wrong. Mend it, then run: $here/set-up.sh $when" >&2
  exit 1
fi
if [ "$when" != first ]; then
  echo 'ops-monitor: the configuration is accepted, and the timers run as before. How it is now: ops-monitor status'
  exit 0
fi

systemctl enable --quiet $timers
if [ -z "$runs" ]; then
  echo 'ops-monitor: systemd does not run here; the timers start with the next boot'
  exit 0
fi
if "$ops_monitor" thermal-heartbeat --print 2> /dev/null | grep -q 'no temperature sensor was found'; then
  echo 'ops-monitor: no temperature sensor was found, so thermal-heartbeat.timer stays off'
else
  systemctl enable --quiet --now thermal-heartbeat.timer
fi
echo 'ops-monitor: waiting for the first cycle …'
# A cycle takes seconds; a disk or host that hangs makes it take minutes, and an installation shall not wait for that.
if timeout 120 systemctl start ops-monitor-cycle.service; then
  # The packages’ own terminal, which apt also keeps as a file, is not one for colours.
  NO_COLOR=1 "$ops_monitor" status
  echo
  echo 'This again: ops-monitor status'
  echo 'What to watch: ops-monitor init looks at this machine and writes /etc/ops-monitor/config.yaml'
else
  echo 'ops-monitor: the first cycle is not through yet; look at: systemctl list-jobs; journalctl -u "ops-monitor*"' >&2
fi
systemctl start $timers
systemctl start --no-block ops-monitor-hourly.service
