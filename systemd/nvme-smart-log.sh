#!/bin/sh
# nvme-smart-log.sh FOLDER [DEVICES]: what nvme says of each disk, as FOLDER/NAME.json, and what it complains of, as
# FOLDER/NAME.err. Each file is there as a whole or as it was before. All are asked side by side: one that hangs costs no
# other, not even where it sleeps in the kernel and no kill arrives.
set -u
folder=$1
devices=${2:-/dev}
export LC_ALL=C
# A disk that was pulled has no answer any more.
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
# The controllers: nvme0, not its disk nvme0n1.
for device in "$devices"/nvme[0-9] "$devices"/nvme[0-9][0-9]; do
  [ -e "$device" ] && ask "$device" &
done
wait
