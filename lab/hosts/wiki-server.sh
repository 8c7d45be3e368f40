# A wiki: wiki-server.sh KIND WEB PORT KEY DATABASE
# KIND mediawiki | dokuwiki | node; WEB nginx | nginx-http2 | apache | own; PORT of the readers' side (443 and 8443
# with TLS; 8090 stays open for calls of other servers); KEY ec | rsa; DATABASE local, none, or the address of a
# server that lets "office" in.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/database.sh
kind=$1 web=$2 port=$3 key=$4 database=$5
export HOME=/root
upkeep
name=$(hostname -f)
case $port in
  443 | 8443) tls=yes base=https://$name; certificate "$key" "$name" "$(hostname)" ;;
  *) tls= base=http://$name ;;
esac
case $port in 80 | 443) ;; *) base=$base:$port ;; esac

words() {
  local list=(order paper shelf meeting plan number report customer) i
  for ((i = 0; i < $1; i++)); do printf '%s ' "${list[RANDOM % 8]}"; done
}

mediawiki() {
  # Installed into a database of its own; one elsewhere gets it as from a backup, or the whole installation would be
  # in the wiki's capture.
  database wiki
  rm -f /etc/mediawiki/LocalSettings.php /var/lib/mediawiki/LocalSettings.php
  php /var/lib/mediawiki/maintenance/install.php --dbtype postgres --dbserver 127.0.0.1 --dbname wiki --dbuser wiki \
    --installdbuser wiki --dbpass office-Word1 --installdbpass office-Word1 --server "$base" --scriptpath /mediawiki \
    --pass office-Word1-wiki --confpath /var/lib/mediawiki Wiki Admin
  # shellcheck disable=SC2016 # PHP's variables
  printf '%s\n' '$wgJobRunRate = 0;' '$wgMainCacheType = CACHE_NONE;' \
    '$wgCacheDirectory = "/var/lib/mediawiki/cache";' >> /var/lib/mediawiki/LocalSettings.php
  mkdir -p /var/lib/mediawiki/cache /var/lib/mediawiki/images /run/first
  for page in Plan Handbook Minutes Contacts; do words $((RANDOM % 600 + 60)) > "/run/first/$page.txt"; done
  php /var/lib/mediawiki/maintenance/importTextFiles.php -u Admin /run/first/*.txt
  chown -R www-data: /var/lib/mediawiki/cache /var/lib/mediawiki/images
  if [ "$database" != local ]; then move_database; fi
  root=/var/lib start=/mediawiki/index.php/Main_Page
}

move_database() {
  local there
  there=$(hostname | tr -c 'a-z0-9\n' _)
  wait_for psql -q -h "$database" -U office -d office -c "create database $there"
  pg_dump -h 127.0.0.1 -U wiki --no-owner wiki | psql -q -h "$database" -U office -d "$there" > /dev/null
  sed -i "s/^\$wgDBserver = .*/\$wgDBserver = \"$database\";/; s/^\$wgDBname = .*/\$wgDBname = \"$there\";/
    s/^\$wgDBuser = .*/\$wgDBuser = \"office\";/" /var/lib/mediawiki/LocalSettings.php
  database_ends
}

dokuwiki() {
  # shellcheck disable=SC2016 # PHP's variables
  printf '%s\n' '<?php' '$conf["title"] = "Wiki";' '$conf["useacl"] = 0;' '$conf["updatecheck"] = 0;' > /etc/dokuwiki/local.php
  local pages=/var/lib/dokuwiki/data/pages page
  mkdir -p $pages
  for page in start plan handbook minutes contacts; do
    { echo "====== $page ======"; words $((RANDOM % 600 + 60)); } > "$pages/$page.txt"
  done
  chown -R www-data: /var/lib/dokuwiki/data
  root=/usr/share start=/dokuwiki/doku.php?id=start
}

# PHP by its process manager behind nginx or Apache.
php_programs() {
  local manager
  manager=$(compgen -G '/usr/sbin/php-fpm*' | head -n 1)
  mkdir -p /run/php
  cat > /run/php/fpm.conf <<P
[global]
error_log = /proc/self/fd/2
[www]
user = www-data
group = www-data
listen = /run/php/fpm.sock
listen.mode = 0666
pm = static
pm.max_children = 3
P
  "$manager" -F -R -y /run/php/fpm.conf &
  wait_for test -S /run/php/fpm.sock
}

proxy_by_nginx() {
  local how=
  if [ -n "$tls" ]; then how="ssl $1"; fi
  cat > /run/nginx.conf <<N
daemon off; user www-data; pid /run/nginx.pid; error_log stderr; worker_processes 1;
events {}
http {
  access_log off; include /etc/nginx/mime.types;
  server {
    listen $port $how; listen [::]:$port $how;
    ${tls:+ssl_certificate /run/tls/cert.pem; ssl_certificate_key /run/tls/key.pem;}
    include /run/wiki.conf;
  }
  server { listen 8090; listen [::]:8090; location /hook { return 200 ok; } include /run/wiki.conf; }
}
N
  if [ "$port" = 8090 ]; then sed -i '/server { listen 8090/d; s|include /run/wiki.conf;|location /hook { return 200 ok; } &|' /run/nginx.conf; fi
  cat > /run/wiki.conf <<N
root $root;
location = / { return 302 $start; }
location ~ \.php(/|\$) {
  fastcgi_split_path_info ^(.+\.php)(/.*)\$;
  include /etc/nginx/fastcgi_params;
  fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_param PATH_INFO \$fastcgi_path_info;
  fastcgi_pass unix:/run/php/fpm.sock;
}
N
  nginx -c /run/nginx.conf &
}

proxy_by_apache() {
  local module modules=(mpm_event authz_core dir mime alias proxy proxy_fcgi setenvif)
  if [ -n "$tls" ]; then modules+=(ssl); fi
  {
    printf 'ServerName %s\nServerRoot /etc/apache2\nPidFile /run/apache.pid\nErrorLog /proc/self/fd/2\n' "$name"
    for module in "${modules[@]}"; do echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"; done
    printf 'Listen %s\n' "$port" 8090 | sort -u
    cat <<A
User www-data
Group www-data
StartServers 1
ThreadsPerChild 8
ServerLimit 2
MaxRequestWorkers 16
TypesConfig /etc/mime.types
DocumentRoot $root
RedirectMatch ^/\$ $start
<Directory />
  AllowOverride None
  Require all granted
  Options FollowSymLinks
</Directory>
<FilesMatch "\.php$">
  SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
</FilesMatch>
Alias /hook /etc/hostname
A
    if [ -n "$tls" ]; then
      printf '%s\n' "<VirtualHost *:$port>" 'SSLEngine on' 'SSLCertificateFile /run/tls/cert.pem' \
        'SSLCertificateKeyFile /run/tls/key.pem' '</VirtualHost>'
    fi
  } > /run/apache.conf
  apache2 -D FOREGROUND -f /run/apache.conf &
}

case $kind in
  node)
    case $database in
      local) database wiki; database=127.0.0.1 database_user=wiki ;;
      none) database= ;;
      *) wait_for psql -q -h "$database" -U office -d office -c 'select 1' ;;
    esac
    node /lab/hosts/wiki-node.mjs "$port" "$RANDOM" "${tls:+/run/tls}" "$database" "${database_user:-office}" &
    ;;
  *)
    "$kind"
    php_programs
    case $web in
      apache) proxy_by_apache ;;
      nginx-http2) proxy_by_nginx http2 ;;
      *) proxy_by_nginx '' ;;
    esac
    ;;
esac
wait_for listens "$port"
wait_for listens 8090
touch /run/lab-ready
wait
