# A certificate authority's server: pki-server.sh DOMAIN KEY PORT SERVICES
# KEY ec | rsa; PORT of ACME.
# SERVICES separated by commas: nginx, apache, lighttpd (list of revoked certificates and the authority's own
# certificate at 80 and 443), ocsp (2560), cmp (8080), acme (Caddy, with the same files at 80), ldap (389 and 636,
# the same in a directory).
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/web-fronts.sh
domain=$1 key=$2 port=$3 services=${4//,/ }
store=/srv/pki
upkeep
certificate "$key" "$(hostname).$domain" "$(hostname)"

# The authority's register: certificates of this office with the serial numbers that are in use, and revoked ones.
make_register() {
  mkdir -p "$store" /run/ca/new
  local serial i
  serial=$(openssl x509 -noout -serial -in /lab/site/internet.crt | cut -d= -f2)
  printf 'V\t351231235959Z\t\t%s\tunknown\t/CN=outside\n' "$serial" > /run/ca/index.txt
  for i in $(seq $((RANDOM % 300 + 50))); do
    printf 'R\t351231235959Z\t250101120000Z\t%04X\tunknown\t/CN=host%d.%s\n' $((0x4000 + i)) "$i" "$domain"
  done >> /run/ca/index.txt
  echo 01 > /run/ca/crlnumber
  printf '%s\n' '[ca]' 'default_ca = lab' '[lab]' 'database = /run/ca/index.txt' 'crlnumber = /run/ca/crlnumber' \
    'certificate = /lab/site/ca.crt' 'private_key = /lab/site/ca.key' 'default_md = sha256' 'default_crl_days = 1' \
    'new_certs_dir = /run/ca/new' > /run/ca/openssl.cnf
  openssl ca -config /run/ca/openssl.cnf -gencrl -out /run/ca/crl.pem
  openssl crl -in /run/ca/crl.pem -outform der -out "$store/ca.crl"
  openssl x509 -in /lab/site/ca.crt -outform der -out "$store/ca.crt"
  printf '<html><title>Certificates of %s</title><a href="/ca.crt">Authority</a> <a href="/ca.crl">Revoked</a></html>\n' \
    "$domain" > "$store/index.html"
}

serve_ocsp() {
  openssl ocsp -port 2560 -timeout 5 -index /run/ca/index.txt -CA /lab/site/ca.crt -rkey /lab/site/ca.key \
    -rsigner /lab/site/ca.crt -ignore_err > /dev/null &
}

# OpenSSL's responder hands out one certificate whatever is asked (RFC 4210); clients ask with the key of that one.
serve_cmp() {
  openssl cmp -port 8080 -srv_ref lab -srv_secret pass:lab -ref lab -secret pass:lab -srv_cert /lab/site/ca.crt \
    -srv_key /lab/site/ca.key -rsp_cert /lab/site/internet.crt -rsp_capubs /lab/site/ca.crt -grant_implicitconf &
}

# Caddy as an ACME authority (RFC 8555); it asks port 80 of whoever wants a certificate.
serve_acme() {
  cat > /run/Caddyfile <<C
{
  admin off
  skip_install_trust
  auto_https disable_redirects
  storage file_system /run/caddy
}
https://$(hostname).$domain:$port, https://$(hostname):$port {
  tls /run/tls/cert.pem /run/tls/key.pem
  handle /acme/* {
    acme_server
  }
  handle {
    root * $store
    file_server
  }
}
http:// {
  root * $store
  file_server browse
}
C
  HOME=/root caddy run --config /run/Caddyfile --adapter caddyfile &
}

# A directory with the list of revoked certificates (RFC 4523), open to all.
serve_ldap() {
  mkdir -p /run/slapd /srv/directory
  cat > /run/slapd.conf <<S
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile /run/tls/cert.pem
TLSCertificateKeyFile /run/tls/key.pem
TLSCACertificateFile /lab/site/ca.crt
database mdb
suffix "dc=pki"
rootdn "cn=admin,dc=pki"
rootpw office-Word1
directory /srv/directory
S
  {
    printf 'dn: dc=pki\nobjectClass: dcObject\nobjectClass: organization\no: PKI\ndc: pki\n\n'
    printf 'dn: cn=ca,dc=pki\nobjectClass: applicationProcess\nobjectClass: certificationAuthority\ncn: ca\n'
    printf 'cACertificate;binary:: %s\n' "$(base64 -w 0 "$store/ca.crt")"
    printf 'certificateRevocationList;binary:: %s\n' "$(base64 -w 0 "$store/ca.crl")"
    printf 'authorityRevocationList;binary:: %s\n\n' "$(base64 -w 0 "$store/ca.crl")"
  } > /run/pki.ldif
  slapadd -q -f /run/slapd.conf -l /run/pki.ldif
  slapd -f /run/slapd.conf -h 'ldap:/// ldaps:///' -d 0 &
}

make_register
for service in $services; do
  case $service in
    nginx | apache | lighttpd) web_front "$service" "$store" && wait_for listens 443 || exit ;;
    ocsp) serve_ocsp && wait_for listens 2560 || exit ;;
    cmp) serve_cmp && wait_for listens 8080 || exit ;;
    acme) serve_acme && wait_for listens "$port" || exit ;;
    ldap) serve_ldap && wait_for listens 636 || exit ;;
  esac
done
touch /run/lab-ready
wait
