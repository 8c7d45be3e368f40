# Parts that several hosts start; sourced by the host scripts, which run inside their host.

# An address by DHCP; the client (LAB_DHCP) stays and renews.
lease() {
  if [ "${LAB_DHCP:-dhclient}" = udhcpc ]; then
    udhcpc -i eth0 -b -t 10 -T 2 -A 2 -x "hostname:$(hostname)" -s /etc/udhcpc/default.script -p /run/udhcpc.pid
  else
    timeout 40 dhclient -1 -pf /run/dhclient.pid -lf /run/dhclient.leases eth0
  fi
}

# Multicast DNS. The system bus needs no systemd; adverts that other packages brought are not this host's.
multicast_dns() {
  rm -f /etc/avahi/services/*
  if [ -n "${1:-}" ]; then cp "$1" /etc/avahi/services/; fi
  mkdir -p /run/dbus /run/avahi-daemon
  dbus-uuidgen --ensure
  dbus-daemon --system --nofork --nopidfile --nosyslog &
  sleep 0.5
  avahi-daemon --no-drop-root --no-chroot --no-rlimits &
}

# Keeps asking the router for the time and never touches the clock (-x).
network_time() {
  mkdir -p /run/chrony
  printf 'server %s iburst minpoll 4 maxpoll 5\ncmdport 0\ndriftfile /run/chrony.drift\n' "${1:-10.77.0.1}" > /run/chrony.conf
  chronyd -x -d -u root -f /run/chrony.conf &
}

# snmp_agent DESCRIPTION: answers community "public".
snmp_agent() {
  printf 'rocommunity public\nsysDescr %s\nsysName %s\nagentaddress udp:161\n' "$1" "$(hostname)" > /run/snmpd.conf
  snmpd -f -Lo -C -c /run/snmpd.conf -u root -I -smux &
}

# Secure shell for the administrator's key.
secure_shell() {
  mkdir -p /run/sshd /root/.ssh
  cp /lab/site/admin-key.pub /root/.ssh/authorized_keys
  chmod 700 /root/.ssh
  chmod 600 /root/.ssh/authorized_keys
  chown -R root:root /root
  ssh-keygen -A
  /usr/sbin/sshd -D -e -o UsePAM=no -o PermitRootLogin=prohibit-password &
}

# The administrator's key, for hosts from which others are reached.
administrator_key() {
  mkdir -p /root/.ssh
  chown root:root /root
  install -m 600 /lab/site/admin-key /root/.ssh/id_ed25519
  printf '%s\n' 'StrictHostKeyChecking no' 'UserKnownHostsFile /dev/null' 'LogLevel ERROR' > /root/.ssh/config
  chmod 600 /root/.ssh/config
  chmod 700 /root /root/.ssh
}
