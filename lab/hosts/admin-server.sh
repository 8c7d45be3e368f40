# A server that looks after others: admin-server.sh KEY LOG DESKTOP PAGES TARGET...
# LOG udp | tcp | both | none: where it takes in messages of others (port 514); DESKTOP xrdp | vnc | both | none;
# PAGES prometheus | status | none; TARGETs are exporters as ADDRESS:PORT. Its rounds over other hosts are steps.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
key=$1 log=$2 desktop=$3 pages=$4
shift 4
export HOME=/root
upkeep
administrator_key
mkdir -p /srv/backup
certificate "$key" "$(hostname -f)" "$(hostname)"

# Messages of the other hosts.
log_in() {
  local kind
  {
    for kind in udp tcp; do
      case $log in
        "$kind" | both) printf 'module(load="im%s")\ninput(type="im%s" port="514")\n' $kind $kind ;;
      esac
    done
    echo '*.* /var/log/others.log'
  } > /run/rsyslog-in.conf
  mkdir -p /var/spool/rsyslog
  rsyslogd -n -f /run/rsyslog-in.conf -i /run/rsyslog-in.pid &
}

# A screen on which something moves, so that a viewer has something to fetch.
screen() {
  local local_only=()
  if [ "$desktop" = xrdp ]; then local_only=(-localhost); fi
  mkdir -p /tmp/.X11-unix
  chmod 1777 /tmp/.X11-unix
  Xtigervnc :1 -SecurityTypes None -geometry 1024x768 -rfbport 5901 "${local_only[@]}" &
  wait_for listens 5901
  (
    export DISPLAY=:1
    xclock -update 1 -geometry 240x240+20+20 &
    while sleep 1.5; do
      xsetroot -mod $((RANDOM % 16 + 2)) $((RANDOM % 16 + 2)) -fg "$(printf '#%06x' $((RANDOM * 500 % 16777215)))"
    done
  ) > /dev/null 2>&1 &
}

# Remote desktop whose session is that screen: no sign-in by PAM, which would need a session bus.
rdp() {
  mkdir -p /run/xrdp
  cp /run/tls/cert.pem /etc/xrdp/cert.pem
  cp /run/tls/key.pem /etc/xrdp/key.pem
  sed -i 's/^autorun=.*/autorun=screen/; s/^security_layer=.*/security_layer=negotiate/' /etc/xrdp/xrdp.ini
  printf '%s\n' '[screen]' 'name=screen' 'lib=libvnc.so' 'username=na' 'password=na' 'ip=127.0.0.1' 'port=5901' \
    >> /etc/xrdp/xrdp.ini
  xrdp-sesman --nodaemon &
  xrdp --nodaemon &
  wait_for listens 3389
}

prometheus_pages() {
  local targets
  targets=$(printf '"%s",' "$@")
  printf '%s\n' 'global: {scrape_interval: 5s, scrape_timeout: 4s}' 'scrape_configs:' '- job_name: hosts' '  static_configs:' \
    "  - targets: [${targets%,}]" > /run/prometheus.yml
  prometheus --config.file=/run/prometheus.yml --storage.tsdb.path=/srv/prometheus --log.level=error \
    --web.listen-address=:9090 &
  wait_for listens 9090
}

# A page that says how the others are, over TLS.
status_pages() {
  mkdir -p /srv/status
  while :; do
    { printf '<html><title>Status</title><table>\n'; awk '{ printf "<tr><td>%s</td><td>up</td></tr>\n", $0 }' /etc/services | head -n $((RANDOM % 150 + 20)); echo '</table>'; } > /srv/status/index.html
    sleep 10
  done &
  printf '%s\n' 'daemon off; user root; pid /run/nginx.pid; error_log stderr; worker_processes 1; events {}' \
    'http { access_log off; include /etc/nginx/mime.types; server { listen 443 ssl; listen [::]:443 ssl; root /srv/status;' \
    'ssl_certificate /run/tls/cert.pem; ssl_certificate_key /run/tls/key.pem; } }' > /run/nginx.conf
  nginx -c /run/nginx.conf &
  wait_for listens 443
}

if [ "$log" != none ]; then log_in; fi
if [ "$desktop" != none ]; then screen; fi
case $desktop in xrdp | both) rdp ;; esac
case $pages in
  prometheus) prometheus_pages "$@" ;;
  status) status_pages ;;
esac
touch /run/lab-ready
wait
