# Parts of hosts that belong to a domain or serve one; sourced after common.sh and managed.sh.

# answers HOST PORT: whether a TCP connection is accepted.
answers() {
  timeout 1 bash -c 'exec 3<> "/dev/tcp/$0/$1"' "$1" "$2" 2> /dev/null
}

# names_by DOMAIN ADDRESS: this host asks that server for names from now on.
names_by() {
  printf 'search %s\nnameserver %s\n' "$1" "$2" > /etc/resolv.conf
}

# own_name DOMAIN ADDRESS: the host's name in the domain, without asking anybody.
own_name() {
  printf '127.0.0.1 localhost\n%s %s.%s %s\n' "$2" "$(hostname)" "$1" "$(hostname)" > /etc/hosts
}

# kerberos_client DOMAIN: finds the realm's servers by DNS.
kerberos_client() {
  printf '[libdefaults]\n default_realm = %s\n dns_lookup_kdc = true\n dns_lookup_realm = false\n rdns = false\n' \
    "${1^^}" > /etc/krb5.conf
}

# serve_time: a time server that follows the router and never touches the clock (-x).
serve_time() {
  mkdir -p /run/chrony
  printf '%s\n' 'server 10.77.0.1 iburst minpoll 4 maxpoll 5' 'allow 10.77.0.0/16' 'allow fd77::/16' \
    'local stratum 9' 'cmdport 0' 'driftfile /run/chrony.drift' > /run/chrony.conf
  chronyd -x -d -u root -f /run/chrony.conf &
}
