#!/bin/bash
# site-init.sh OVERLAYS SIZE SECONDS BRIDGE...: first process of the site's own mount, network and PID namespace.
# Everything of a run lives below it: when it ends - by a signal, because its time is over, or because the driver at the
# other end of its standard input is gone - the kernel ends all hosts, daemons and capturers, and their mounts and links
# go with them.
set -eu
overlays=$1 size=$2 seconds=$3
shift 3
mount --make-rprivate /
mount -t tmpfs -o "size=$size,mode=755" lab-overlays "$overlays"

# Before any link exists: the switch's ports must not speak IPv6 themselves.
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
for bridge in "$@"; do
  ip link add "$bridge" type bridge stp_state 0 mcast_snooping 0
  ip link set "$bridge" up
done
echo ready
while [ "$SECONDS" -lt "$seconds" ]; do
  status=0
  read -r -t 1 || status=$?
  # Above 128: nothing came within the second. Anything else is the end of the input.
  if [ "$status" -le 128 ]; then exit 0; fi
done
