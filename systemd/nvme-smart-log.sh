#!/bin/sh
# nvme-smart-log.sh FOLDER [DEVICES] writes the SMART log of each NVMe disk to FOLDER/NAME.json, and the error output of nvme to
# FOLDER/NAME.err. Each file is replaced as a whole. All disks are read in parallel: a disk that hangs delays no other, even if
# its process sleeps in the kernel and cannot be killed.
set -u
folder=$1
devices=${2:-/dev}
export LC_ALL=C
# 1 MiB: the folder lies in memory, which an nvme that prints without end would fill.
ulimit -f 2048
# Remove the files of a disk that was pulled.
for answer in "$folder"/nvme*.json; do
  name=${answer##*/}
  [ -e "$devices/${name%.json}" ] || rm -f "$answer" "${answer%.json}.err"
done
ask() {
  device=$1
  name=${device##*/}
  timeout -k 1 8 nvme smart-log -o json "$device" > "$folder/.$name.json" 2> "$folder/.$name.err"
  code=$?
  [ $code -eq 0 ] || echo "nvme smart-log $device ended with $code" >> "$folder/.$name.err"
  mv "$folder/.$name.err" "$folder/$name.err"
  mv "$folder/.$name.json" "$folder/$name.json"
}
# Controllers (nvme0), not their namespaces (nvme0n1).
for device in "$devices"/nvme[0-9] "$devices"/nvme[0-9][0-9]; do
  [ -e "$device" ] && ask "$device" &
done
wait
