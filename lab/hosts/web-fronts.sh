# Static folders over HTTP at port 80 and over TLS at 443, by three web servers; sourced after managed.sh. The
# certificate is that of /run/tls.

# web_front SOFTWARE FOLDER: SOFTWARE is nginx, apache or lighttpd. Posts are answered like questions.
web_front() {
  "front_$1" "$2"
}

front_nginx() {
  cat > /run/nginx.conf <<N
daemon off; user root; pid /run/nginx.pid; error_log stderr; worker_processes 1;
events {}
http {
  access_log off; client_max_body_size 50m; default_type application/octet-stream;
  types { text/html html; text/xml xml asmx; application/pkix-crl crl; application/pkix-cert crt; }
  server {
    listen 80; listen 443 ssl http2; listen [::]:443 ssl http2;
    ssl_certificate /run/tls/cert.pem; ssl_certificate_key /run/tls/key.pem;
    root $1; autoindex on;
    error_page 405 =200 \$uri;
  }
}
N
  nginx -c /run/nginx.conf &
}

# front_apache FOLDER LINE...: with more lines of configuration.
front_apache() {
  local folder=$1 modules=/usr/lib/apache2/modules part
  shift
  mkdir -p /run/apache2/server
  chown -R www-data /run/apache2
  {
    for part in mpm_event authz_core authz_host dir mime dav dav_fs ssl socache_shmcb alias autoindex; do
      echo "LoadModule ${part}_module $modules/mod_$part.so"
    done
    printf '%s\n' 'ServerRoot /run/apache2/server' "ServerName $(hostname)" 'User www-data' 'Group www-data' \
      'PidFile /run/apache2/server/pid' 'ErrorLog /dev/stderr' 'TypesConfig /etc/mime.types' \
      'StartServers 1' 'ThreadsPerChild 8' 'MaxRequestWorkers 32' 'ThreadLimit 8' 'MinSpareThreads 4' \
      'MaxSpareThreads 16' "DocumentRoot $folder" "<Directory $folder>" 'Options +Indexes' 'Require all granted' \
      '</Directory>' 'Listen 80' 'Listen 443' '<VirtualHost *:443>' 'SSLEngine on' \
      'SSLCertificateFile /run/tls/cert.pem' 'SSLCertificateKeyFile /run/tls/key.pem' '</VirtualHost>' "$@"
  } > /run/apache2/server/apache2.conf
  apache2 -d /run/apache2/server -f /run/apache2/server/apache2.conf -DFOREGROUND &
}

# Its HTTP/2 breaks off when a folder's page is posted to.
front_lighttpd() {
  cat /run/tls/cert.pem /run/tls/key.pem > /run/tls/both.pem
  cat > /run/lighttpd.conf <<L
server.modules = ("mod_openssl", "mod_indexfile", "mod_dirlisting")
server.document-root = "$1"
server.port = 80
server.errorlog = "/dev/stderr"
server.feature-flags = ("server.h2proto" => "disable")
index-file.names = ("index.html")
dir-listing.activate = "enable"
mimetype.assign = (".html" => "text/html", ".xml" => "text/xml", ".asmx" => "text/xml", ".crl" => "application/pkix-crl")
\$SERVER["socket"] == ":443" {
  ssl.engine = "enable"
  ssl.pemfile = "/run/tls/both.pem"
}
L
  lighttpd -D -f /run/lighttpd.conf &
}
