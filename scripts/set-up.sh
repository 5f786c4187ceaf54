#!/bin/sh
# set-up.sh first|upgrade: the end of every installation, run as root once the files, the user and the folders are there.
# Checks the configuration and starts the timers; the first time it also looks for sensors, waits for a cycle and shows it.
set -eu
when=$1
here=$(dirname -- "$(readlink -f -- "$0")")
ops_monitor=$here/ops-monitor.sh
timers='ops-monitor-cycle.timer ops-monitor-hourly.timer'

# By hand the same values are looked up as in the units, which start in no folder of a user.
cd /
if ! said=$("$ops_monitor" check-config 2>&1); then
  echo "$said" >&2
  echo "ops-monitor: nothing was started. Mend the configuration, then run: $here/set-up.sh $when" >&2
  exit 1
fi

if [ ! -d /run/systemd/system ]; then
  echo 'ops-monitor: systemd does not run here, so nothing was started'
  exit 0
fi
systemctl daemon-reload

if [ "$when" = upgrade ]; then
  # What the administrator has switched off stays off.
  for timer in $timers thermal-heartbeat.timer; do
    if systemctl --quiet is-enabled "$timer" 2> /dev/null; then systemctl start "$timer"; fi
  done
  systemctl try-restart ops-monitor-dashboard.service
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
  # The verdict, and a line for what is not green, without the numbers that are for Nagios.
  "$ops_monitor" assess-health --nagios | sed '1s/ | .*//'
  echo
  echo 'The report: /var/lib/ops-monitor/health/latest_report.md. What to watch: /etc/ops-monitor/config.yaml'
else
  echo 'ops-monitor: the first cycle is not through yet; look at: systemctl list-jobs; journalctl -u "ops-monitor*"' >&2
fi
systemctl enable --quiet --now $timers
systemctl start --no-block ops-monitor-hourly.service
