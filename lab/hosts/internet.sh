# The outside: web sites behind several addresses and names, and a mail provider's mailbox.
. /lab/hosts/common.sh
mkdir -p /srv/web /srv/mail
for size in 1 2 4 8 16 32 64; do head -c "${size}000" /dev/urandom | base64 -w 0 | head -c "${size}000" > "/srv/web/$size.html"; done
chmod 777 /srv/mail

# Some names' addresses are Caddy's, with HTTP/2 and HTTP/3 (RFC 9114); the others are nginx's.
address_of() { sed -n "s|^address=/$1/||p" /lab/site/dnsmasq.conf; }
caddy_addresses="$(address_of www.daybreak.example) $(address_of static.cdnworks.example)"
nginx_listens=$(ip -4 -o addr show dev eth0 | awk -v not=" $caddy_addresses " \
  '{ sub("/.*", "", $4); if (!index(not, " " $4 " ")) print "    listen " $4 ":443 ssl http2;" }')

cat > /run/nginx.conf <<N
daemon off; user root; pid /run/nginx.pid; error_log stderr; worker_processes 2;
events {}
http {
  access_log off; client_max_body_size 4m;
  server { listen 80 default_server; return 301 https://\$host\$request_uri; }
  server {
$nginx_listens
    ssl_certificate /lab/site/internet.crt; ssl_certificate_key /lab/site/internet.key;
    root /srv/web;
    location /form { return 204; }
    location /upload { proxy_pass http://127.0.0.1:8000; }
  }
  server { listen 127.0.0.1:8000; location / { return 204; } }
}
N
nginx -c /run/nginx.conf &

cat > /run/Caddyfile <<C
{
  admin off
  auto_https off
}
:443 {
  bind $caddy_addresses
  tls /lab/site/internet.crt /lab/site/internet.key
  reverse_proxy /upload 127.0.0.1:8000
  reverse_proxy /form 127.0.0.1:8000
  root * /srv/web
  file_server
}
C
HOME=/root caddy run --config /run/Caddyfile --adapter caddyfile > /dev/null 2>&1 &

cat > /run/dovecot.conf <<D
protocols = imap
listen = *
ssl = required
ssl_cert = </lab/site/internet.crt
ssl_key = </lab/site/internet.key
mail_location = maildir:/srv/mail/%u
base_dir = /run/dovecot
log_path = /dev/stderr
default_vsz_limit = 512M
first_valid_uid = 1
service imap-login {
  inet_listener imap {
    port = 0
  }
}
passdb {
  driver = static
  args = password=office-Word1
}
userdb {
  driver = static
  args = uid=mail gid=mail home=/srv/mail/%u
}
D
dovecot -F -c /run/dovecot.conf &

# Meetings: one's own address and relays (RFC 8489, RFC 8656), an echo of voice, signalling.
# The name's one address, so that answers come from where questions went to.
meetings=$(address_of portal.officesuite.example)
turnserver -n -L "$meetings" --no-auth --no-tls --no-dtls --no-cli --no-multicast-peers --allow-loopback-peers \
  --listening-port=3478 --min-port=49200 --max-port=49400 --pidfile=/run/turnserver.pid > /dev/null 2>&1 &
python3 /lab/hosts/do-voice.py echo 3490 "$meetings" &
sipp -sn uas -i "$meetings" -p 5060 -nostdin > /dev/null 2>&1 &
touch /run/lab-ready
wait
