# A git server: git-server.sh SHELL WEB PORT DAEMON KEY HOOK REPOSITORY...
# SHELL openssh | dropbear; WEB nginx | nginx-http2 | apache | lighttpd; PORT of the web side (443 and 8443 with TLS);
# DAEMON daemon | no-daemon; KEY ec | rsa; HOOK is a URL that hears of pushes, or "-".
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
shell=$1 web=$2 port=$3 daemon=$4 key=$5 hook=$6
shift 6
export HOME=/root
upkeep

# Repositories of 30 to some 600 kB; a push tells the wiki, which listens for such calls.
echo "$hook" > /run/hook
git config --system safe.directory '*'
git config --system init.defaultBranch main
git config --system http.receivepack true
git config --system daemon.receivepack true
mkdir -p /srv/git /run/first
for name in "$@"; do
  git init -q --bare "/srv/git/$name.git"
  for i in 1 2 3 4 5 6; do
    head -c "$((RANDOM % 6 * RANDOM / 2 + 900))" /dev/urandom | base64 > "/run/first/part-$i.txt"
    git -C /run/first -c core.bare=false --git-dir="/srv/git/$name.git" --work-tree=/run/first add -A
    git -c user.name=first -c user.email=first@corp.lab --git-dir="/srv/git/$name.git" --work-tree=/run/first \
      commit -qm "part $i"
  done
  cat > "/srv/git/$name.git/hooks/post-receive" <<'H'
#!/bin/bash
# The wiki hears of a push; one that is away must not hold the push up.
if [ "$(cat /run/hook)" = - ]; then exit 0; fi
curl -sk --max-time 3 -o /dev/null -H 'Content-Type: application/json' \
  -d "{\"ref\":\"refs/heads/main\",\"commits\":$RANDOM}" "$(cat /run/hook)" > /dev/null 2>&1 < /dev/null &
H
  chmod 755 "/srv/git/$name.git/hooks/post-receive"
done

# People come in as "git", whose shell does nothing but git; "*" is no password, but no lock either.
grep -qx /usr/bin/git-shell /etc/shells || echo /usr/bin/git-shell >> /etc/shells
useradd -M -d /srv/git -s /usr/bin/git-shell git
usermod -p '*' git
mkdir -p /srv/git/.ssh
cat /lab/site/*.pub > /srv/git/.ssh/authorized_keys
chmod 700 /srv/git/.ssh
chown -R git: /srv/git

if [ "$shell" = dropbear ]; then
  mkdir -p /etc/dropbear /root/.ssh
  cp /lab/site/admin-key.pub /root/.ssh/authorized_keys
  chmod 700 /root /root/.ssh
  chown -R root:root /root
  dropbear -F -E -R -p 22 &
fi
if [ "$daemon" = daemon ]; then
  git daemon --export-all --enable=receive-pack --base-path=/srv/git --reuseaddr &
fi

printf 'enable-index-owner=0\nvirtual-root=/\nremove-suffix=1\nscan-path=/srv/git\n' > /etc/cgitrc
case $port in
  443 | 8443) tls=yes; certificate "$key" "$(hostname -f)" "$(hostname)" ;;
  *) tls= ;;
esac

by_nginx() {
  fcgiwrap -c 3 -s unix:/run/fcgi.sock &
  local how=
  if [ -n "$tls" ]; then how="ssl $1"; fi
  cat > /run/nginx.conf <<N
daemon off; user root; pid /run/nginx.pid; error_log stderr; worker_processes 1;
events {}
http {
  access_log off; client_max_body_size 100m;
  server {
    listen $port $how; listen [::]:$port $how;
    ${tls:+ssl_certificate /run/tls/cert.pem; ssl_certificate_key /run/tls/key.pem;}
    location ~ ^/.*\.git/ {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT /srv/git; fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO \$uri; fastcgi_param REMOTE_USER dev; fastcgi_param HOME /root;
      fastcgi_pass unix:/run/fcgi.sock;
    }
    location / {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME /usr/lib/cgit/cgit.cgi; fastcgi_param PATH_INFO \$uri;
      fastcgi_pass unix:/run/fcgi.sock;
    }
  }
}
N
  wait_for test -S /run/fcgi.sock
  nginx -c /run/nginx.conf &
}

by_apache() {
  local module modules=(mpm_event authz_core env alias cgid setenvif)
  if [ -n "$tls" ]; then modules+=(ssl); fi
  {
    printf 'ServerName %s\nServerRoot /etc/apache2\nPidFile /run/apache.pid\nListen %s\nErrorLog /proc/self/fd/2\n' "$(hostname)" "$port"
    for module in "${modules[@]}"; do echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"; done
    cat <<A
User git
Group git
ScriptSock /run/cgid.sock
StartServers 1
ThreadsPerChild 8
SetEnv GIT_PROJECT_ROOT /srv/git
SetEnv GIT_HTTP_EXPORT_ALL 1
SetEnv REMOTE_USER dev
SetEnv HOME /srv/git
ScriptAliasMatch "^/(.*\.git/.*)" /usr/lib/git-core/git-http-backend/\$1
ScriptAlias / /usr/lib/cgit/cgit.cgi/
<Directory />
  AllowOverride None
  Require all granted
</Directory>
A
    if [ -n "$tls" ]; then
      printf '%s\n' 'SSLEngine on' 'SSLCertificateFile /run/tls/cert.pem' 'SSLCertificateKeyFile /run/tls/key.pem'
    fi
  } > /run/apache.conf
  apache2 -D FOREGROUND -f /run/apache.conf &
}

by_lighttpd() {
  cat > /run/lighttpd.conf <<L
server.modules = ( "mod_alias", "mod_setenv", "mod_cgi" )
server.port = $port
\$SERVER["socket"] == "[::]:$port" { }
server.document-root = "/srv/git"
server.username = "git"
server.groupname = "git"
setenv.set-environment = ( "GIT_PROJECT_ROOT" => "/srv/git", "GIT_HTTP_EXPORT_ALL" => "1", "REMOTE_USER" => "dev", "HOME" => "/srv/git" )
cgi.assign = ( "" => "" )
\$HTTP["url"] =~ "^/.*\.git/" {
  alias.url = ( "/" => "/usr/lib/git-core/git-http-backend/" )
} else \$HTTP["url"] =~ "^/" {
  alias.url = ( "/" => "/usr/lib/cgit/cgit.cgi/" )
}
L
  lighttpd -D -f /run/lighttpd.conf &
}

case $web in
  nginx) by_nginx '' ;;
  nginx-http2) by_nginx http2 ;;
  apache) by_apache ;;
  lighttpd) by_lighttpd ;;
esac
wait_for listens 22
wait_for listens "$port"
touch /run/lab-ready
wait
