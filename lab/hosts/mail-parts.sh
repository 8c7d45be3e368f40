# The parts of a mail server; sourced by mail-server.sh, whose variables they use.

# Local users, so that mailboxes are files of their own people.
accounts() {
  local user
  for user in $users; do echo "$user:office-Word1:::$user:/home/$user:/bin/sh"; done | newusers
}

# Without chroots, since nobody fills them here; the log goes to where the host's log goes.
serve_postfix() {
  local tls=(-o smtpd_sasl_auth_enable=yes)
  postconf -e "myhostname=$(hostname).$domain" "mydestination=$domain, $(hostname).$domain, localhost" \
    'mynetworks=10.77.0.0/16 127.0.0.0/8' inet_interfaces=all inet_protocols=all maillog_file=/dev/stdout \
    smtpd_tls_cert_file=/run/tls/cert.pem smtpd_tls_key_file=/run/tls/key.pem smtpd_tls_security_level=may \
    smtp_tls_security_level=may home_mailbox=Maildir/ smtpd_sasl_type=dovecot smtpd_sasl_path=private/auth \
    local_recipient_maps= alias_maps= alias_database= message_size_limit=20000000
  if [ "$directory" != own ]; then recipients_by_directory; fi
  postconf -M "submission/inet=submission inet n - n - - smtpd -o smtpd_tls_security_level=encrypt ${tls[*]}" \
    "smtps/inet=smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes ${tls[*]}"
  postconf -F '*/*/chroot=n'
  mkdir -p /var/spool/postfix/private
  postfix start-fg &
}

# The directory is asked whether it knows the recipient of each message; some, like root, live only here.
recipients_by_directory() {
  local base=${directory%@*}
  printf '%s\n' "server_host = ldaps://${directory#*@}:636" 'version = 3' 'bind = yes' 'tls_ca_cert_file = /lab/site/ca.crt' \
    "bind_dn = ${users%% *}@$base" 'bind_pw = office-Word1' "search_base = DC=${base//./,DC=}" \
    'query_filter = (sAMAccountName=%u)' 'result_attribute = sAMAccountName' > /etc/postfix/directory.cf
  postconf -e 'local_recipient_maps=ldap:/etc/postfix/directory.cf unix:passwd.byname'
}

# One configuration for everything. The light build asks nobody else for passwords;
# the place is the usual one, since with another it gives up the rights that local delivery needs.
serve_exim() {
  mkdir -p /etc/exim4 /var/spool/exim4 /var/log/exim4
  chown Debian-exim: /var/spool/exim4 /var/log/exim4
  cp /run/tls/cert.pem /etc/exim4/cert.pem
  install -m 640 -g Debian-exim /run/tls/key.pem /etc/exim4/key.pem
  cat > /etc/exim4/exim4.conf <<X
primary_hostname = $(hostname).$domain
domainlist local_domains = $domain : $(hostname).$domain : localhost
hostlist relay_from_hosts = 10.77.0.0/16 : 127.0.0.1
daemon_smtp_ports = 25 : 465 : 587
tls_on_connect_ports = 465
tls_advertise_hosts = *
tls_certificate = /etc/exim4/cert.pem
tls_privatekey = /etc/exim4/key.pem
log_file_path = /var/log/exim4/%slog
acl_smtp_rcpt = recipient
acl_smtp_data = content
never_users = root
begin acl
recipient:
  accept hosts = +relay_from_hosts
  accept authenticated = *
  accept domains = +local_domains
  deny
content:
  accept
begin routers
outside:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote
  no_more
people:
  driver = accept
  check_local_user
  transport = mailbox
begin transports
remote:
  driver = smtp
mailbox:
  driver = appendfile
  directory = \$home/Maildir
  maildir_format
  create_directory
  user = \$local_part_data
begin retry
* * F,2m,10s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if eq{\$auth3}{office-Word1}}
  server_set_id = \$auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = \${if eq{\$auth2}{office-Word1}}
  server_set_id = \$auth1
X
  exim4 -bdf -q1m &
}

# IMAP and POP3, and the check of passwords for senders where Postfix is.
mailboxes() {
  local base=${directory%@*} check
  case $directory in
    own) check=$'driver = static\n  args = password=office-Word1' ;;
    *)
      printf '%s\n' "uris = ldaps://${directory#*@}:636" 'ldap_version = 3' 'tls_ca_cert_file = /lab/site/ca.crt' \
        'auth_bind = yes' "auth_bind_userdn = %n@$base" "base = DC=${base//./,DC=}" > /run/dovecot-directory.conf
      check=$'driver = ldap\n  args = /run/dovecot-directory.conf'
      ;;
  esac
  cat > /run/dovecot.conf <<D
protocols = imap pop3
ssl = yes
ssl_cert = </run/tls/cert.pem
ssl_key = </run/tls/key.pem
mail_location = maildir:~/Maildir
base_dir = /run/dovecot
log_path = /dev/stderr
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %n
default_vsz_limit = 512M
passdb {
  $check
}
userdb {
  driver = passwd
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0666
  }
}
D
  mkdir -p /var/spool/postfix/private
  dovecot -F -c /run/dovecot.conf &
}

# Every server talks to the others now and then: somebody here writes to somebody there.
correspondence() {
  local people=($users) host
  while sleep $((RANDOM % 12 + 4)); do
    read -r host _ <<< "$(offers smtp | grep -v "^$(hostname)[. ]" | one_of)"
    if [ -z "${host:-}" ]; then continue; fi
    {
      printf 'From: %s\nTo: %s\nSubject: %s\n\n' "${people[0]}@$(hostname).$domain" "${people[-1]}@$host" "note $RANDOM"
      head -c "$((RANDOM % 9000 + 200))" /dev/urandom | base64
    } > /run/message
    timeout 12 curl -sS --max-time 10 --url smtp://127.0.0.1:25 --mail-from "${people[0]}@$(hostname).$domain" \
      --mail-rcpt "${people[RANDOM % ${#people[@]}]}@$host" -T /run/message
  done
}

# What mail programs ask over HTTPS: where their server is, a folder's contents, a page.
answers_for_mail() {
  mkdir -p /srv/web/autodiscover /srv/web/owa /srv/web/EWS /srv/web/mapi/emsmdb
  printf '<Autodiscover><Response><Account><Protocol><Type>EXCH</Type><Server>%s</Server></Protocol></Account>%s\n' \
    "$(hostname).$domain" '</Response></Autodiscover>' > /srv/web/autodiscover/autodiscover.xml
  { echo '<html><title>Mail</title><ul>'; for i in $(seq 120); do echo "<li>Message $i of $RANDOM</li>"; done; } \
    > /srv/web/owa/index.html
  { echo '<Envelope>'; for i in $(seq 60); do echo "<Item>$i</Item>"; done; echo '</Envelope>'; } > /srv/web/EWS/Exchange.asmx
  head -c 1500 /dev/urandom > /srv/web/mapi/emsmdb/index.html
}
