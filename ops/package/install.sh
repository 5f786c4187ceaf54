#!/bin/sh
# install.sh [--prefix FOLDER] [--dry-run] [--uninstall]: installs this folder, again at any time, also over an older version.
# Without --prefix, as root: the program below /usr/local, its user and its units, and a monitor that runs.
# With --prefix: the program alone, and nothing outside of FOLDER.
set -eu
umask 022
here=$(dirname -- "$(readlink -f -- "$0")")
prefix=/usr/local
dry=
uninstall=
usage() {
  echo 'Usage: install.sh [--prefix FOLDER] [--dry-run] [--uninstall]' >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) [ $# -gt 1 ] || usage; prefix=$2; shift ;;
    --prefix=*) prefix=${1#--prefix=} ;;
    --dry-run) dry=yes ;;
    --uninstall) uninstall=yes ;;
    *) usage ;;
  esac
  shift
done
case $prefix in
  /*) ;;
  *) echo "install.sh: --prefix $prefix: name the whole path, from / on" >&2; exit 2 ;;
esac
prefix=${prefix%/}
home=$prefix/lib/ops-monitor
config=/etc/ops-monitor/config.yaml
timers='ops-monitor-cycle.timer ops-monitor-hourly.timer ops-monitor-daily.timer thermal-heartbeat.timer ops-monitor-watchdog.timer ops-monitor-push.timer ops-monitor-rehearsal.timer ops-monitor-fleet.timer'

# systemd looks for units below /usr/local, and in no other prefix.
service=
[ "$prefix" != /usr/local ] || service=yes
if [ -n "$service" ] && [ "$(id -u)" -ne 0 ] && [ -z "$dry" ]; then
  echo 'install.sh: root installs the monitor with its user and units; as a user, name a folder: --prefix ~/.local' >&2
  exit 2
fi
runs=
[ -z "$service" ] || [ ! -d /run/systemd/system ] || runs=yes

# Everything that changes something goes through here.
run() {
  if [ -n "$dry" ]; then echo "would run: $*"; else "$@"; fi
}

put() {
  run mkdir -p "$(dirname -- "$2")"
  run cp -R "$1" "$2"
}

relocate() {
  sed "s#/opt/ops-monitor/node_modules/.bin/node#$home/bin/node#; s#/opt/ops-monitor#$home#; s#/usr/lib/ops-monitor#$home#" "$1" > "$2"
}

put_relocated() {
  run mkdir -p "$(dirname -- "$2")"
  run relocate "$1" "$2"
}

stop_timers() {
  run systemctl stop 'ops-monitor-*.timer' thermal-heartbeat.timer
  # A stage that runs must not load half of its parts from another version.
  [ -n "$dry" ] || for second in $(seq 60); do
    systemctl list-jobs | grep -q -E 'ops-monitor|thermal-heartbeat' || break
    sleep 1
  done
}

# What was switched off stays off.
start_timers() {
  for timer in $timers; do
    if systemctl --quiet is-enabled "$timer" 2> /dev/null; then run systemctl start "$timer"; fi
  done
}

remove_units() {
  for unit in "$prefix"/lib/systemd/system/ops-monitor* "$prefix"/lib/systemd/system/thermal-heartbeat.* \
    "$prefix"/lib/systemd/system/nvme-smart-log.*; do
    [ ! -e "$unit" ] || run rm -r "$unit"
  done
}

if [ -n "$uninstall" ]; then
  if [ -n "$runs" ] && [ -d "$home" ]; then
    stop_timers
    run systemctl disable --quiet $timers nvme-smart-log.timer
    run systemctl disable --quiet --now ops-monitor-dashboard.service
  fi
  [ -z "$service" ] || remove_units
  run rm -rf "$home" "$home.new" "$home.old"
  run rm -f "$prefix/bin/ops-monitor" "$prefix/share/man/man1/ops-monitor.1" \
    "$prefix/share/bash-completion/completions/ops-monitor" "$prefix/share/zsh/site-functions/_ops-monitor" \
    "$prefix/share/fish/vendor_completions.d/ops-monitor.fish"
  if [ -n "$service" ]; then
    run rm -f "$prefix/lib/sysusers.d/ops-monitor.conf" "$prefix/lib/tmpfiles.d/ops-monitor.conf"
    # A number that nobody writes any more would stand in node-exporter for ever.
    for folder in /var/lib/node-exporter/textfile /var/lib/prometheus/node-exporter; do
      run rm -f "$folder/thermal.prom" "$folder/watchdog.prom" "$folder/rehearsal_status.prom" "$folder"/ops_monitor_*.prom
    done
    run rm -rf /var/cache/ops-monitor /run/ops-monitor
    [ -z "$runs" ] || run systemctl daemon-reload
    echo 'The data stay in /var/lib/ops-monitor, the configuration in /etc/ops-monitor.'
  fi
  exit 0
fi

if [ -n "$service" ] && [ -e /etc/systemd/system/ops-monitor@.service ]; then
  cat >&2 << 'END'
ops-monitor: here is an installation by hand, whose units in /etc/systemd/system would come before these. Nothing was changed.
To take it over with its configuration, its data and your own settings of units:
  systemctl disable --now ops-monitor-cycle.timer ops-monitor-hourly.timer ops-monitor-daily.timer thermal-heartbeat.timer
  cd /etc/systemd/system && rm ops-monitor*.service ops-monitor*.timer ops-monitor@*/50-stage.conf thermal-heartbeat.*
  rm -f /etc/sysusers.d/ops-monitor.conf /etc/tmpfiles.d/ops-monitor*.conf /usr/local/bin/ops-monitor
and install again; then /opt/ops-monitor can go.
END
  exit 1
fi
when=first
[ ! -d "$home" ] || when=upgrade
if [ -n "$service" ] && [ -e "$config" ]; then
  # Before anything is replaced: what runs now runs on.
  if ! said=$(cd / && "$here/bin/node" "$here/dist/check-config.cjs" 2>&1); then
    echo "$said" >&2
    echo 'install.sh: this version does not accept the configuration, so nothing was changed.' >&2
    exit 1
  fi
fi

# Beside the old tree, which is then exchanged as a whole.
run mkdir -p "$prefix/lib" "$prefix/bin"
run rm -rf "$home.new" "$home.old"
run mkdir "$home.new"
for name in bin dist node_modules ops scripts README.md CHANGELOG.md SECURITY.md LICENSE LICENCES.txt; do
  run cp -R "$here/$name" "$home.new/$name"
done
put "$here/systemd/nvme-smart-log.sh" "$home.new/systemd/nvme-smart-log.sh"
if [ -n "$runs" ] && [ $when = upgrade ]; then
  trap start_timers EXIT
  stop_timers
fi
[ $when = first ] || run mv "$home" "$home.old"
run mv "$home.new" "$home"
run rm -rf "$home.old"
run ln -sfn ../lib/ops-monitor/scripts/ops-monitor.sh "$prefix/bin/ops-monitor"
put "$here/man/ops-monitor.1" "$prefix/share/man/man1/ops-monitor.1"
put "$here/completions/ops-monitor.bash" "$prefix/share/bash-completion/completions/ops-monitor"
put "$here/completions/_ops-monitor" "$prefix/share/zsh/site-functions/_ops-monitor"
put "$here/completions/ops-monitor.fish" "$prefix/share/fish/vendor_completions.d/ops-monitor.fish"
if [ -z "$service" ]; then
  echo "The program: $prefix/bin/ops-monitor. It needs no configuration: try $prefix/bin/ops-monitor run-cycle"
  exit 0
fi

remove_units
for unit in "$here"/systemd/*; do
  name=${unit##*/}
  case $name in
    sysusers.d | tmpfiles.d) put "$unit/ops-monitor.conf" "$prefix/lib/$name/ops-monitor.conf" ;;
    *.d) put "$unit" "$prefix/lib/systemd/system/$name" ;;
    *.service | *.timer) put_relocated "$unit" "$prefix/lib/systemd/system/$name" ;;
  esac
done
[ -e "$config" ] || put_relocated "$here/config.yaml" "$config"
run systemd-sysusers ops-monitor.conf
run systemd-tmpfiles --create ops-monitor.conf
run "$home/scripts/set-up.sh" $when
