#!/bin/bash
# host-init.sh NAME DOMAIN OVERLAYS SHARE LAYER HIDDEN...: first process of one host. Its root is the machine's root
# below an overlay, so daemons find the paths they expect and write nothing to the machine. LAYER is a folder with
# packages of its own, or -.
set -eu
name=$1 domain=$2 overlays=$3 share=$4 layer=$5
shift 5
mount --make-rprivate /
mkdir -p "$overlays/$name/up" "$overlays/$name/work" "$overlays/$name/root"
root=$overlays/$name/root
lower=/
if [ "$layer" != - ]; then
  # Copied, because folders below each other cannot both be lower ones.
  cp -a "$layer" "$overlays/$name/layer"
  lower=$overlays/$name/layer:/
fi
mount -t overlay "lab-$name" -o "lowerdir=$lower,upperdir=$overlays/$name/up,workdir=$overlays/$name/work" "$root"

# The folders of whoever runs the lab are not for its daemons.
for hidden in "$@"; do
  if [ -d "$root$hidden" ]; then mount -t tmpfs -o mode=755,size=64m lab-hidden "$root$hidden"; fi
done
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 lab-dev "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir -p "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
mount -t tmpfs -o size=64m lab-shm "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=755,size=64m lab-run "$root/run"
mount -t tmpfs -o mode=1777,size=256m lab-tmp "$root/tmp"
mkdir -p "$root/run/lock" "$root/lab"
mount --bind "$share" "$root/lab"
mount -o remount,bind,ro "$root/lab"

hostname "$name"
rm -f "$root/etc/resolv.conf"
echo "$name" > "$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 %s.%s %s\n' "$name" "$domain" "$name" > "$root/etc/hosts"
printf 'search %s\nnameserver 10.77.0.1\n' "$domain" > "$root/etc/resolv.conf"
echo ready
# PID 1 of the host reaps what its daemons leave.
exec chroot "$root" /bin/bash -c 'cd /; while :; do sleep 3600 & wait $!; done'
