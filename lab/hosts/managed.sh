# What every server of a site gets besides its role, so that being looked after says nothing about a role; sourced
# after common.sh by the scripts of servers.

# offers KIND: a line "host address port tls" for each service of this kind in the site.
offers() {
  if [ ! -e /lab/site/offers.tsv ]; then return; fi
  awk -F '\t' -v kind="$1" '$1 == kind { print $2, $3, $4, $5 }' /lab/site/offers.tsv
}

# one_of: a line of standard input, drawn with RANDOM.
one_of() {
  local lines=()
  mapfile -t lines
  if [ "${#lines[@]}" -gt 0 ]; then printf '%s\n' "${lines[RANDOM % ${#lines[@]}]}"; fi
}

# pause_about SECONDS: half of it to one and a half.
pause_about() {
  sleep "$(($1 / 2 + RANDOM % ($1 + 1))).$((RANDOM % 10))"
}

# wait_for COMMAND...: at most a minute.
wait_for() {
  local i
  for i in $(seq 300); do
    if "$@" > /dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  echo "waited in vain: $*" >&2
  return 1
}

# listens PORT: whether something answers connections at this port of the host.
listens() {
  ss -Hlnt "sport = :$1" | grep -q .
}

# certificate KIND NAME...: /run/tls/{key,cert}.pem for these names (kinds ec, rsa), by the run's authority.
certificate() {
  local kind=$1 names
  shift
  case $kind in
    rsa) local new=(-newkey rsa:2048) ;;
    *) local new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256) ;;
  esac
  mkdir -p /run/tls
  names=$(printf 'DNS:%s,' "$@")$(ip -o addr show dev eth0 scope global | awk '{ sub("/.*", "", $4); printf "%sIP:%s", s, $4; s = "," }')
  printf 'subjectAltName=%s\n' "${names%,}" > /run/tls/names
  openssl req -new "${new[@]}" -nodes -keyout /run/tls/key.pem -subj "/CN=$1" -out /run/tls/request
  openssl x509 -req -in /run/tls/request -CA /lab/site/ca.crt -CAkey /lab/site/ca.key -days 30 \
    -set_serial "0x$(openssl rand -hex 8)" -extfile /run/tls/names -out /run/tls/cert.pem
  chmod 644 /run/tls/key.pem
}

# log_out KIND...: messages of this host go to a log host of the first of these kinds that the site has: syslog takes
# datagrams, syslog-tcp connections.
log_out() {
  local own kind address port at
  own=$(own_address)
  for kind in "$@"; do
    read -r _ address port _ <<< "$(offers "$kind" | grep -v " $own " | one_of)"
    if [ -n "${address:-}" ]; then break; fi
  done
  if [ -z "${address:-}" ]; then return; fi
  if [ "$kind" = syslog-tcp ]; then at="@@$address:$port"; else at="@$address:$port"; fi
  printf '%s\n' 'module(load="imuxsock")' "*.* $at" > /run/rsyslog-out.conf
  mkdir -p /var/spool/rsyslog
  rsyslogd -n -f /run/rsyslog-out.conf -i /run/rsyslog-out.pid &
  local words=('session opened for user backup' 'job finished' 'disk sda: 34 degrees' 'configuration unchanged'
    'address renewed' 'cache trimmed, 412 entries' 'certificate valid for 29 days' 'rotated 3 files')
  while sleep 1; do
    pause_about 12
    logger -t "$(printf '%s\n' cron smartd systemd kernel | one_of)" "${words[RANDOM % ${#words[@]}]}"
  done &
}

# The host looks for updates at the site's package mirror, as servers do, and fetches one now and then.
updates() {
  local address port options
  read -r _ address port _ <<< "$(offers apt | one_of)"
  if [ -z "${address:-}" ]; then return; fi
  mkdir -p /run/apt/lists/partial /run/apt/cache/archives/partial /run/apt/fetched
  echo "deb [trusted=yes] http://$address:$port/debian ./" > /run/apt/sources.list
  options=(-q -o Dir::State::Lists=/run/apt/lists -o Dir::Cache=/run/apt/cache -o Dir::Etc::SourceParts=/dev/null
    -o Dir::Etc::SourceList=/run/apt/sources.list -o APT::Sandbox::User=root -o Acquire::Languages=none)
  while :; do
    pause_about 25
    timeout 20 apt-get "${options[@]}" update
    if [ $((RANDOM % 2)) = 0 ]; then
      (cd /run/apt/fetched && timeout 20 apt-get "${options[@]}" download "lab-part$((RANDOM % 8 + 1))" && rm -f ./*.deb)
    fi
    pause_about 60
  done > /dev/null 2>&1 &
}

own_address() {
  ip -4 -o addr show dev eth0 | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# upkeep: what the site's plan wants for this host (LAB_SEED, LAB_UPKEEP); it always keeps the time.
upkeep() {
  local word
  RANDOM=${LAB_SEED:-1}
  network_time 10.77.0.1
  for word in ${LAB_UPKEEP:-}; do
    case $word in
      ssh) secure_shell ;;
      snmp) snmp_agent "Linux $(hostname)" ;;
      exporter) prometheus-node-exporter --web.listen-address=:9100 > /dev/null 2>&1 & ;;
      syslog-udp) log_out syslog syslog-tcp ;;
      syslog-tcp) log_out syslog-tcp syslog ;;
      updates) updates ;;
    esac
  done
}
